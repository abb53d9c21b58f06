import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { queuesClient } from '../../lib/runtime/clients/sqs.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { lambdaEnv, readEnv } from '../../lib/runtime/env.ts';
import { dynamoFiles } from './dynamo-file-store.ts';
import { dynamoFetchJobs } from './fetch-job.ts';
import { UploadFromUrlEnv } from './file-env.ts';
import { allowsLoopback } from './source-address.ts';
import { uploadFromUrl, uploadFromUrlRoute } from './upload-from-url.ts';

const { STORAGE_TABLE, FETCH_QUEUE } = readEnv(UploadFromUrlEnv);
const open = tenantDb(dynamoDbClient(), STORAGE_TABLE);
const queues = queuesClient();

export const handler = api(
  uploadFromUrlRoute,
  uploadFromUrl({
    files: dynamoFiles(open),
    jobs: dynamoFetchJobs(open),
    send: (message) => queues.send(FETCH_QUEUE, [{ body: JSON.stringify(message) }]),
    allowLoopback: allowsLoopback(lambdaEnv().AWS_ENDPOINT_URL),
    now: systemClock,
  }),
);
