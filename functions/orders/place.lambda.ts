import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { step } from '../../lib/runtime/step.ts';
import { Place } from './calls.ts';
import { dynamoNumberBlocks } from './dynamo-number-blocks.ts';
import { dynamoOrders } from './dynamo-order-store.ts';
import { OrdersEnv } from './env.ts';
import { orderNumbers } from './order-numbers.ts';
import { place } from './place.ts';

const { ORDERS_TABLE } = readEnv(OrdersEnv);
const open = tenantDb(dynamoDbClient(), ORDERS_TABLE);
const nextNumber = orderNumbers(dynamoNumberBlocks(open));

export const handler = step(Place, place({ orders: dynamoOrders(open), nextNumber, now: systemClock }));
