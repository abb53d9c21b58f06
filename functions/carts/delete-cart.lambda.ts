import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { deleteCart, deleteCartRoute } from './delete-cart.ts';
import { dynamoCarts } from './dynamo-cart-store.ts';
import { CartsTableEnv } from './env.ts';

const { CARTS_TABLE } = readEnv(CartsTableEnv);
const carts = dynamoCarts(tenantDb(dynamoDbClient(), CARTS_TABLE));

export const handler = api(deleteCartRoute, deleteCart({ carts, now: systemClock }));
