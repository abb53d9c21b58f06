import type * as z from 'zod';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { secretsManager } from '../../lib/runtime/clients/secrets.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { systemDb } from '../../lib/runtime/db.ts';
import { probeBucketOf } from './buckets.ts';
import { checkNode } from './check-node.ts';
import { dynamoNodes } from './dynamo-node-store.ts';
import type { NodesEnv } from './env.ts';
import type { StorageNode } from './node.ts';
import { nodeSecrets } from './node-secrets.ts';
import { probeNode } from './probe.ts';
import { openNodes } from './s3-node-client.ts';

/** What the functions that watch and change nodes work with. */
export const nodeWiring = ({ STORAGE_TABLE, NODE_SECRETS, STORAGE_STAGE }: z.output<typeof NodesEnv>) => {
  const secrets = nodeSecrets(secretsManager(), NODE_SECRETS);
  const open = openNodes({ secrets, now: systemClock });
  const bucketOf = (node: StorageNode) => probeBucketOf(STORAGE_STAGE, node.id);
  return {
    nodes: dynamoNodes(systemDb(dynamoDbClient(), STORAGE_TABLE)),
    check: (node: StorageNode) => checkNode(open(node), bucketOf(node), systemClock),
    probe: (node: StorageNode) => probeNode(open(node), { bucket: bucketOf(node), now: systemClock }),
    now: systemClock,
  };
};
