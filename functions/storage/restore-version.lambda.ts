import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { restoreVersion, restoreVersionRoute } from './restore-version.ts';
import { dynamoFiles } from './dynamo-file-store.ts';
import { StorageEnv } from './env.ts';

const { STORAGE_TABLE } = readEnv(StorageEnv);
const files = dynamoFiles(tenantDb(dynamoDbClient(), STORAGE_TABLE));

export const handler = api(restoreVersionRoute, restoreVersion({ files, now: systemClock }));
