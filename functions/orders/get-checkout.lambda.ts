import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { dynamoOrders } from './dynamo-order-store.ts';
import { OrdersEnv } from './env.ts';
import { getCheckout, getCheckoutRoute } from './get-checkout.ts';

const { ORDERS_TABLE } = readEnv(OrdersEnv);
const orders = dynamoOrders(tenantDb(dynamoDbClient(), ORDERS_TABLE));

export const handler = api(getCheckoutRoute, getCheckout({ orders }));
