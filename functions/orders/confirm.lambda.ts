import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { step } from '../../lib/runtime/step.ts';
import { Confirm } from './calls.ts';
import { confirm } from './confirm.ts';
import { dynamoOrders } from './dynamo-order-store.ts';
import { OrdersEnv } from './env.ts';

const { ORDERS_TABLE } = readEnv(OrdersEnv);
const orders = dynamoOrders(tenantDb(dynamoDbClient(), ORDERS_TABLE));

export const handler = step(Confirm, confirm({ orders, now: systemClock }));
