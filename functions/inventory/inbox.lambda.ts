import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { consume, on } from '../../lib/runtime/consume.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { VariantCreated, VariantDeleted, VariantUpdated } from '../catalog/events.ts';
import { OrderCancelled, OrderConfirmed, OrderFulfilled, OrderRejected } from '../orders/events.ts';
import { dynamoLocations } from './dynamo-location-store.ts';
import { dynamoReservations } from './dynamo-reservation-store.ts';
import { dynamoStock } from './dynamo-stock-store.ts';
import { InventoryTableEnv } from './env.ts';
import { commitStock, releaseStock, restock, shipStock } from './on-order-event.ts';
import { makeItem, retireItem } from './on-variant-event.ts';

const { INVENTORY_TABLE } = readEnv(InventoryTableEnv);
const db = tenantDb(dynamoDbClient(), INVENTORY_TABLE);
const stock = dynamoStock(db);
const reservations = dynamoReservations(db, dynamoLocations(db));

export const handler = consume([
  on(VariantCreated, makeItem({ stock })),
  on(VariantUpdated, makeItem({ stock })),
  on(VariantDeleted, retireItem({ stock })),
  on(OrderConfirmed, commitStock({ reservations })),
  on(OrderRejected, releaseStock({ reservations })),
  on(OrderCancelled, restock({ reservations })),
  on(OrderFulfilled, shipStock({ reservations })),
]);
