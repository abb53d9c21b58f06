import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { step } from '../../lib/runtime/step.ts';
import { Unlock } from './calls.ts';
import { dynamoCarts } from './dynamo-cart-store.ts';
import { CartsTableEnv } from './env.ts';
import { unlock } from './unlock.ts';

const { CARTS_TABLE } = readEnv(CartsTableEnv);

export const handler = step(Unlock, unlock({ carts: dynamoCarts(tenantDb(dynamoDbClient(), CARTS_TABLE)) }));
