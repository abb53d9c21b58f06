import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { dynamoNodes } from './dynamo-node-store.ts';
import { StorageEnv } from './env.ts';
import { listNodes, listNodesRoute } from './list-nodes.ts';

const { STORAGE_TABLE } = readEnv(StorageEnv);

export const handler = api(
  listNodesRoute,
  listNodes({ nodes: dynamoNodes(systemDb(dynamoDbClient(), STORAGE_TABLE)) }),
);
