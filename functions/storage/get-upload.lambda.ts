import { api } from '../../lib/runtime/api.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { discreetly } from './discreetly.ts';
import { dynamoFetchJobs } from './fetch-job.ts';
import { FilesOnNodesEnv } from './file-env.ts';
import { filesOnNodes } from './file-wiring.ts';
import { getUpload, getUploadRoute } from './get-upload.ts';

const env = readEnv(FilesOnNodesEnv);
const wiring = filesOnNodes(env);
const jobs = dynamoFetchJobs(tenantDb(wiring.client, env.STORAGE_TABLE));

export const handler = api(getUploadRoute, discreetly(getUpload({ ...wiring, jobs })));
