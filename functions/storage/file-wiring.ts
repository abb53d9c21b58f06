import type * as z from 'zod';
import { callFunction } from '../../lib/runtime/caller.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { lambdaClient } from '../../lib/runtime/clients/lambda.ts';
import { secretsManager } from '../../lib/runtime/clients/secrets.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { systemDb, tenantDb } from '../../lib/runtime/db.ts';
import { sharedBreaker } from '../../lib/runtime/function-breaker.ts';
import { Reserve } from './calls.ts';
import { dynamoFiles } from './dynamo-file-store.ts';
import { dynamoNodes } from './dynamo-node-store.ts';
import { dynamoPlacements } from './dynamo-placements.ts';
import { bucketEnsurer } from './ensure-bucket.ts';
import type { FilesOnNodesEnv, NewFilesEnv } from './file-env.ts';
import { failureReports, nodeHealth } from './node-health.ts';
import { nodeSecrets } from './node-secrets.ts';
import { recentNodes } from './recent-nodes.ts';
import { openNodes } from './s3-node-client.ts';

/** What the functions work with that look after files on nodes. */
export const filesOnNodes = ({ STORAGE_TABLE, NODE_SECRETS }: z.output<typeof FilesOnNodesEnv>) => {
  const client = dynamoDbClient();
  const system = systemDb(client, STORAGE_TABLE);
  const nodes = dynamoNodes(system);
  return {
    client,
    nodes,
    files: dynamoFiles(tenantDb(client, STORAGE_TABLE)),
    space: dynamoPlacements(system),
    node: recentNodes(nodes, systemClock),
    openNode: openNodes({ secrets: nodeSecrets(secretsManager(), NODE_SECRETS), now: systemClock }),
    now: systemClock,
  };
};

/** The same for those that bring new files. */
export const newFiles = (env: z.output<typeof NewFilesEnv>) => {
  const wiring = filesOnNodes(env);
  const { files, nodes, openNode, now } = wiring;
  return {
    ...wiring,
    // A second reservation of the same upload is the same reservation.
    reserve: callFunction(lambdaClient(), env.RESERVE_FUNCTION, Reserve, {
      breaker: sharedBreaker(wiring.client, env.STORAGE_TABLE),
      retries: 1,
    }),
    ensureBucket: bucketEnsurer(files, openNode),
    reportFailure: failureReports(nodes, nodeHealth({ nodes, now })),
  };
};
