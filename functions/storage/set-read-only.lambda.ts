import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { systemDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { dynamoNodes } from './dynamo-node-store.ts';
import { StorageEnv } from './env.ts';
import { setReadOnly, setReadOnlyRoute } from './set-read-only.ts';

const { STORAGE_TABLE } = readEnv(StorageEnv);
const nodes = dynamoNodes(systemDb(dynamoDbClient(), STORAGE_TABLE));

export const handler = api(setReadOnlyRoute, setReadOnly({ nodes, now: systemClock }));
