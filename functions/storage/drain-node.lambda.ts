import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { sfnClient } from '../../lib/runtime/clients/sfn.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { systemDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { startOnce } from '../../lib/runtime/saga-client.ts';
import { drainNode, drainNodeRoute } from './drain-node.ts';
import { dynamoDrainStore } from './dynamo-drain-store.ts';
import { dynamoNodes } from './dynamo-node-store.ts';
import { DrainNodeEnv } from './drain-env.ts';

const { STORAGE_TABLE, DRAIN_MACHINE } = readEnv(DrainNodeEnv);
const db = systemDb(dynamoDbClient(), STORAGE_TABLE);
const workflows = sfnClient();

export const handler = api(
  drainNodeRoute,
  drainNode({
    space: dynamoNodes(db),
    drains: dynamoDrainStore(db),
    start: ({ id, run, traceId }) =>
      startOnce(workflows, DRAIN_MACHINE, `${id}-${run}`, { traceId, input: { drainId: id, run } }),
    now: systemClock,
  }),
);
