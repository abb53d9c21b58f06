import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { health, tableAnswers } from '../../lib/runtime/health.ts';
import { StorageEnv } from './env.ts';

const { STORAGE_TABLE } = readEnv(StorageEnv);

export const handler = health('storage', [tableAnswers(dynamoDbClient(), STORAGE_TABLE)]);
