import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { consume, on } from '../../lib/runtime/consume.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { OrderConfirmed, OrderRejected } from '../orders/events.ts';
import { dynamoCarts } from './dynamo-cart-store.ts';
import { CartsTableEnv } from './env.ts';
import { closeCart } from './on-order-confirmed.ts';
import { reopenCart } from './on-order-rejected.ts';

const { CARTS_TABLE } = readEnv(CartsTableEnv);
const carts = dynamoCarts(tenantDb(dynamoDbClient(), CARTS_TABLE));

export const handler = consume([on(OrderConfirmed, closeCart({ carts })), on(OrderRejected, reopenCart({ carts }))]);
