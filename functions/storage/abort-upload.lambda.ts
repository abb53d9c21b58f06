import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { systemDb, tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { abortUpload, abortUploadRoute } from './abort-upload.ts';
import { dynamoFiles } from './dynamo-file-store.ts';
import { dynamoPlacements } from './dynamo-placements.ts';
import { StorageEnv } from './env.ts';

const { STORAGE_TABLE } = readEnv(StorageEnv);
const client = dynamoDbClient();
const files = dynamoFiles(tenantDb(client, STORAGE_TABLE));
const space = dynamoPlacements(systemDb(client, STORAGE_TABLE));

export const handler = api(abortUploadRoute, abortUpload({ files, space, now: systemClock }));
