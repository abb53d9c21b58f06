import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { step } from '../../lib/runtime/step.ts';
import { Reserve } from './calls.ts';
import { dynamoLocations } from './dynamo-location-store.ts';
import { dynamoReservations } from './dynamo-reservation-store.ts';
import { InventoryTableEnv } from './env.ts';
import { reserve } from './reserve.ts';

const { INVENTORY_TABLE } = readEnv(InventoryTableEnv);
const db = tenantDb(dynamoDbClient(), INVENTORY_TABLE);
const reservations = dynamoReservations(db, dynamoLocations(db));

export const handler = step(Reserve, reserve({ reservations, now: systemClock }));
