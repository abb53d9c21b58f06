import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { step } from '../../lib/runtime/step.ts';
import { Lock } from './calls.ts';
import { dynamoCarts } from './dynamo-cart-store.ts';
import { CartsTableEnv } from './env.ts';
import { lock } from './lock.ts';

const { CARTS_TABLE } = readEnv(CartsTableEnv);

export const handler = step(
  Lock,
  lock({ carts: dynamoCarts(tenantDb(dynamoDbClient(), CARTS_TABLE)), now: systemClock }),
);
