import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { wholeDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { dynamoMoveDirectory } from './dynamo-move-directory.ts';
import { StorageEnv } from './env.ts';
import { listMoves, listMovesRoute } from './list-moves.ts';

const { STORAGE_TABLE } = readEnv(StorageEnv);
const client = dynamoDbClient();

export const handler = api(
  listMovesRoute,
  listMoves({ directory: dynamoMoveDirectory(client, STORAGE_TABLE, wholeDb(client, STORAGE_TABLE)) }),
);
