import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { health, tableAnswers } from '../../lib/runtime/health.ts';
import { AccountsTableEnv } from './env.ts';

const { ACCOUNTS_TABLE } = readEnv(AccountsTableEnv);

export const handler = health('accounts', [tableAnswers(dynamoDbClient(), ACCOUNTS_TABLE)]);
