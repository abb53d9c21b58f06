import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { health, tableAnswers } from '../../lib/runtime/health.ts';
import { InventoryTableEnv } from './env.ts';

const { INVENTORY_TABLE } = readEnv(InventoryTableEnv);

export const handler = health('inventory', [tableAnswers(dynamoDbClient(), INVENTORY_TABLE)]);
