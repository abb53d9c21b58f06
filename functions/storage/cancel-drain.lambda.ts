import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { systemDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { cancelDrain, cancelDrainRoute } from './cancel-drain.ts';
import { dynamoDrainStore } from './dynamo-drain-store.ts';
import { dynamoNodes } from './dynamo-node-store.ts';
import { StorageEnv } from './env.ts';

const { STORAGE_TABLE } = readEnv(StorageEnv);
const db = systemDb(dynamoDbClient(), STORAGE_TABLE);

export const handler = api(
  cancelDrainRoute,
  cancelDrain({ space: dynamoNodes(db), drains: dynamoDrainStore(db), now: systemClock }),
);
