import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { dynamoLocations } from './dynamo-location-store.ts';
import { dynamoReservations } from './dynamo-reservation-store.ts';
import { InventoryTableEnv } from './env.ts';
import { listReservations, listReservationsRoute } from './list-reservations.ts';

const { INVENTORY_TABLE } = readEnv(InventoryTableEnv);
const db = tenantDb(dynamoDbClient(), INVENTORY_TABLE);
const reservations = dynamoReservations(db, dynamoLocations(db));

export const handler = api(listReservationsRoute, listReservations({ reservations }));
