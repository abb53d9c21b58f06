import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { createAdjustment, createAdjustmentRoute } from './create-adjustment.ts';
import { dynamoLocations } from './dynamo-location-store.ts';
import { dynamoStock } from './dynamo-stock-store.ts';
import { InventoryTableEnv } from './env.ts';

const { INVENTORY_TABLE } = readEnv(InventoryTableEnv);
const db = tenantDb(dynamoDbClient(), INVENTORY_TABLE);
const locations = dynamoLocations(db);
const stock = dynamoStock(db);

export const handler = api(createAdjustmentRoute, createAdjustment({ stock, locations, now: systemClock }));
