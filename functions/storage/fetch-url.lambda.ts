import { tenantDb } from '../../lib/runtime/db.ts';
import { lambdaEnv, readEnv } from '../../lib/runtime/env.ts';
import { worker } from '../../lib/runtime/work.ts';
import { dynamoFetchJobs, FetchMessage } from './fetch-job.ts';
import { fetchUrl } from './fetch-url.ts';
import { NewFilesEnv } from './file-env.ts';
import { newFiles } from './file-wiring.ts';
import { openSource } from './http-source.ts';
import { addressesOf } from './resolve-host.ts';
import { allowsLoopback } from './source-address.ts';

const IDLE_MS = 10_000;

const env = readEnv(NewFilesEnv);
const wiring = newFiles(env);
const allowLoopback = allowsLoopback(lambdaEnv().AWS_ENDPOINT_URL);
const fetchOne = fetchUrl({
  ...wiring,
  jobs: dynamoFetchJobs(tenantDb(wiring.client, env.STORAGE_TABLE)),
  openSource: (url, limits) => openSource(url, { ...limits, addressesOf, allowLoopback, idleMs: IDLE_MS }),
});

export const handler = worker('fetch a file', FetchMessage, async (message) => ({ outcome: await fetchOne(message) }));
