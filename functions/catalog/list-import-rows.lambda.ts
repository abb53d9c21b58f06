import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { dynamoImportStore } from './dynamo-import-store.ts';
import { CatalogEnv } from './env.ts';
import { listImportRows, listImportRowsRoute } from './list-import-rows.ts';

const { CATALOG_TABLE } = readEnv(CatalogEnv);
const imports = dynamoImportStore(tenantDb(dynamoDbClient(), CATALOG_TABLE));

export const handler = api(listImportRowsRoute, listImportRows({ imports }));
