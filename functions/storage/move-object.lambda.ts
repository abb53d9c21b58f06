import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { secretsManager } from '../../lib/runtime/clients/secrets.ts';
import { queuesClient } from '../../lib/runtime/clients/sqs.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { wholeDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { worker } from '../../lib/runtime/work.ts';
import { bucketOf } from './buckets.ts';
import { dynamoMoveDirectory } from './dynamo-move-directory.ts';
import { dynamoSpace } from './dynamo-space-store.ts';
import { MoveObjectEnv } from './drain-env.ts';
import { placementId } from './ids.ts';
import { moveObject } from './move-object.ts';
import { MOVE_TIMEOUT_SECONDS, MOVE_WORK_SECONDS, MoveTask } from './move-task.ts';
import { nodeChoice } from './node-choice.ts';
import { failureReports, nodeHealth } from './node-health.ts';
import { nodeSecrets } from './node-secrets.ts';
import { openNodes } from './s3-node-client.ts';
import { giveUpMove, sendMoves } from './sqs-move-queue.ts';

const { STORAGE_TABLE, NODE_SECRETS, STORAGE_STAGE, MOVE_QUEUE, FAILED_MOVES } = readEnv(MoveObjectEnv);
const client = dynamoDbClient();
const queues = queuesClient();
const space = dynamoSpace({ client, table: STORAGE_TABLE, random: Math.random });
const choice = nodeChoice({ space, now: systemClock, random: Math.random });
const send = sendMoves(queues, MOVE_QUEUE);
const move = moveObject({
  space,
  directory: dynamoMoveDirectory(client, STORAGE_TABLE, wholeDb(client, STORAGE_TABLE)),
  open: openNodes({ secrets: nodeSecrets(secretsManager(), NODE_SECRETS), now: systemClock }),
  choose: async (wish) => {
    const chosen = (await choice.choose(wish)) ?? (await choice.look(wish));
    if (typeof chosen === 'string') return undefined;
    choice.gave(chosen, wish.bytes);
    return chosen;
  },
  reportFailure: failureReports(space, nodeHealth({ nodes: space, now: systemClock })),
  bucketOf: (tenant, node) => bucketOf(STORAGE_STAGE, tenant, node),
  newPlacementId: placementId.random,
  giveUp: giveUpMove(queues, FAILED_MOVES),
  now: systemClock,
});

const REST_MS = (MOVE_TIMEOUT_SECONDS - MOVE_WORK_SECONDS) * 1000;

export const handler = worker('move object', MoveTask, async (task, { remainingMs }) => {
  const outcome = await move(task, () => remainingMs() > REST_MS);
  if (outcome.status === 'again') await send([task], outcome.afterSeconds);
  return { ...task, status: outcome.status };
});
