import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { s3Client } from '../../lib/runtime/clients/s3.ts';
import { sfnClient } from '../../lib/runtime/clients/sfn.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { startOnce } from '../../lib/runtime/saga-client.ts';
import { dynamoImportStore } from './dynamo-import-store.ts';
import { StartImportEnv } from './env.ts';
import { s3Uploads } from './s3-uploads.ts';
import { startImport, startImportRoute, type StartRun } from './start-import.ts';

const { CATALOG_TABLE, IMPORTS_BUCKET, IMPORT_MACHINE } = readEnv(StartImportEnv);
const imports = dynamoImportStore(tenantDb(dynamoDbClient(), CATALOG_TABLE));
const uploads = s3Uploads(s3Client(), IMPORTS_BUCKET);
const workflows = sfnClient();

const startRun: StartRun = ({ tenant, traceId }, { id, run }) =>
  startOnce(workflows, IMPORT_MACHINE, `${id}-${run}`, { tenant, traceId, input: { importId: id, run } });

export const handler = api(startImportRoute, startImport({ imports, uploads, startRun, now: systemClock }));
