import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { secretsManager } from '../../lib/runtime/clients/secrets.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { describeError, loggerFor } from '../../lib/runtime/log.ts';
import { schedule } from '../../lib/runtime/schedule.ts';
import { dynamoFiles } from './dynamo-file-store.ts';
import { dynamoSpace } from './dynamo-space-store.ts';
import { CreateNodeEnv } from './env.ts';
import { forgetVersion } from './forget-version.ts';
import { nodeSecrets } from './node-secrets.ts';
import { openNodes } from './s3-node-client.ts';
import { sweep } from './sweep.ts';

/** Nothing is begun later in a run; the function has some seconds more for what was begun. */
const WORK_MS = 40_000;

const { STORAGE_TABLE, NODE_SECRETS } = readEnv(CreateNodeEnv);
const client = dynamoDbClient();
const open = tenantDb(client, STORAGE_TABLE);
const space = dynamoSpace({ client, table: STORAGE_TABLE, random: Math.random });
const openNode = openNodes({ secrets: nodeSecrets(secretsManager(), NODE_SECRETS), now: systemClock });

export const handler = schedule('sweep storage', async ({ traceId }) => {
  const began = performance.now();
  const log = loggerFor({ traceId });
  return sweep({
    space,
    files: dynamoFiles(open),
    forget: (tenant, version) => forgetVersion(open(tenant))(version),
    openNode,
    now: systemClock,
    onFailure: (due, error) => log('error', 'what is due could not be ended', { due, error: describeError(error) }),
  })(() => performance.now() - began < WORK_MS);
});
