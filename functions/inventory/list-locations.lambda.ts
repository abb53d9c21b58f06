import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { dynamoLocations } from './dynamo-location-store.ts';
import { InventoryTableEnv } from './env.ts';
import { listLocations, listLocationsRoute } from './list-locations.ts';

const { INVENTORY_TABLE } = readEnv(InventoryTableEnv);
const locations = dynamoLocations(tenantDb(dynamoDbClient(), INVENTORY_TABLE));

export const handler = api(listLocationsRoute, listLocations({ locations }));
