import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { listVersions, listVersionsRoute } from './list-versions.ts';
import { dynamoFiles } from './dynamo-file-store.ts';
import { StorageEnv } from './env.ts';

const { STORAGE_TABLE } = readEnv(StorageEnv);
const files = dynamoFiles(tenantDb(dynamoDbClient(), STORAGE_TABLE));

export const handler = api(listVersionsRoute, listVersions({ files }));
