import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { secretsManager } from '../../lib/runtime/clients/secrets.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { systemDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { isOurBucket } from './buckets.ts';
import { retirementKey } from './drain-keys.ts';
import { dynamoNodes } from './dynamo-node-store.ts';
import { dynamoPlacements } from './dynamo-placements.ts';
import { NodesEnv } from './env.ts';
import { nodeSecrets } from './node-secrets.ts';
import { retireNode, retireNodeRoute } from './retire-node.ts';
import { openNodes } from './s3-node-client.ts';

const { STORAGE_TABLE, NODE_SECRETS, STORAGE_STAGE } = readEnv(NodesEnv);
const db = systemDb(dynamoDbClient(), STORAGE_TABLE);

export const handler = api(
  retireNodeRoute,
  retireNode({
    space: { ...dynamoNodes(db), ...dynamoPlacements(db) },
    open: openNodes({ secrets: nodeSecrets(secretsManager(), NODE_SECRETS), now: systemClock }),
    isOurs: (bucket, node) => isOurBucket(STORAGE_STAGE, bucket, node.id),
    keepProof: (proof) => db.put({ ...retirementKey(proof.nodeId), ...proof }),
    now: systemClock,
  }),
);
