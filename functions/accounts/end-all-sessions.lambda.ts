import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { dynamoSessions } from './dynamo-session-store.ts';
import { endAllSessions, endAllSessionsRoute } from './end-all-sessions.ts';
import { AccountsTableEnv } from './env.ts';

const { ACCOUNTS_TABLE } = readEnv(AccountsTableEnv);
const sessions = dynamoSessions(tenantDb(dynamoDbClient(), ACCOUNTS_TABLE));

export const handler = api(endAllSessionsRoute, endAllSessions({ sessions }));
