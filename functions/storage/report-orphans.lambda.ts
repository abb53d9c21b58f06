import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { secretsManager } from '../../lib/runtime/clients/secrets.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { systemDb, wholeDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { isOurBucket } from './buckets.ts';
import { dynamoMoveDirectory } from './dynamo-move-directory.ts';
import { dynamoNodes } from './dynamo-node-store.ts';
import { dynamoPlacements } from './dynamo-placements.ts';
import { NodesEnv } from './env.ts';
import { nodeSecrets } from './node-secrets.ts';
import { reportOrphans, reportOrphansRoute } from './report-orphans.ts';
import { openNodes } from './s3-node-client.ts';

const { STORAGE_TABLE, NODE_SECRETS, STORAGE_STAGE } = readEnv(NodesEnv);
const client = dynamoDbClient();
const system = systemDb(client, STORAGE_TABLE);

export const handler = api(
  reportOrphansRoute,
  reportOrphans({
    space: { ...dynamoNodes(system), ...dynamoPlacements(system) },
    directory: dynamoMoveDirectory(client, STORAGE_TABLE, wholeDb(client, STORAGE_TABLE)),
    open: openNodes({ secrets: nodeSecrets(secretsManager(), NODE_SECRETS), now: systemClock }),
    isOurs: (bucket, node) => isOurBucket(STORAGE_STAGE, bucket, node.id),
  }),
);
