import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { step } from '../../lib/runtime/step.ts';
import { applyImport } from './apply-import.ts';
import { ApplyImport } from './calls.ts';
import { dynamoStock } from './dynamo-stock-store.ts';
import { InventoryTableEnv } from './env.ts';

const { INVENTORY_TABLE } = readEnv(InventoryTableEnv);
const stock = dynamoStock(tenantDb(dynamoDbClient(), INVENTORY_TABLE));

export const handler = step(ApplyImport, applyImport({ stock, now: systemClock }));
