import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { dynamoStock } from './dynamo-stock-store.ts';
import { InventoryTableEnv } from './env.ts';
import { listLevels, listLevelsRoute } from './list-levels.ts';

const { INVENTORY_TABLE } = readEnv(InventoryTableEnv);
const stock = dynamoStock(tenantDb(dynamoDbClient(), INVENTORY_TABLE));

export const handler = api(listLevelsRoute, listLevels({ stock }));
