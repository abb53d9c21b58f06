import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { queuesClient } from '../../lib/runtime/clients/sqs.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { systemDb, wholeDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { systemStep } from '../../lib/runtime/step.ts';
import { RunDrain } from './calls.ts';
import { dynamoDrainStore } from './dynamo-drain-store.ts';
import { dynamoMoveDirectory } from './dynamo-move-directory.ts';
import { dynamoNodes } from './dynamo-node-store.ts';
import { dynamoPlacements } from './dynamo-placements.ts';
import { RunDrainEnv } from './drain-env.ts';
import { sendMoves } from './sqs-move-queue.ts';
import { runDrain } from './run-drain.ts';
import { moved } from './transitions.ts';

const { STORAGE_TABLE, MOVE_QUEUE } = readEnv(RunDrainEnv);
const client = dynamoDbClient();
const system = systemDb(client, STORAGE_TABLE);
const nodes = dynamoNodes(system);

export const handler = systemStep(RunDrain, (_, input) =>
  runDrain({
    space: { ...nodes, ...dynamoPlacements(system) },
    drains: dynamoDrainStore(system),
    directory: dynamoMoveDirectory(client, STORAGE_TABLE, wholeDb(client, STORAGE_TABLE)),
    send: sendMoves(queuesClient(), MOVE_QUEUE),
    setDrained: (node) => nodes.changeNode(node, moved(node, { to: 'drained' }, systemClock)),
    now: systemClock,
  })(input),
);
