import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { systemDb, wholeDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { dynamoDrainStore } from './dynamo-drain-store.ts';
import { dynamoMoveDirectory } from './dynamo-move-directory.ts';
import { dynamoNodes } from './dynamo-node-store.ts';
import { StorageEnv } from './env.ts';
import { getDrain, getDrainRoute } from './get-drain.ts';

const { STORAGE_TABLE } = readEnv(StorageEnv);
const client = dynamoDbClient();
const system = systemDb(client, STORAGE_TABLE);

export const handler = api(
  getDrainRoute,
  getDrain({
    space: dynamoNodes(system),
    drains: dynamoDrainStore(system),
    directory: dynamoMoveDirectory(client, STORAGE_TABLE, wholeDb(client, STORAGE_TABLE)),
    now: systemClock,
  }),
);
