import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { step } from '../../lib/runtime/step.ts';
import { FailImport } from './calls.ts';
import { dynamoImportStore } from './dynamo-import-store.ts';
import { CatalogEnv } from './env.ts';
import { failImport } from './fail-import.ts';

const { CATALOG_TABLE } = readEnv(CatalogEnv);
const imports = dynamoImportStore(tenantDb(dynamoDbClient(), CATALOG_TABLE));

export const handler = step(FailImport, failImport({ imports, now: systemClock }));
