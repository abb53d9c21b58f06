import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { createStaffSession, createStaffSessionRoute } from './create-staff-session.ts';
import { dynamoAttempts } from './dynamo-attempt-store.ts';
import { dynamoStaff } from './dynamo-staff-store.ts';
import { SessionEnv } from './env.ts';
import { argon2Passwords } from './password.ts';
import { sessionWiring } from './session-wiring.ts';

const env = readEnv(SessionEnv);
const client = dynamoDbClient();

export const handler = api(
  createStaffSessionRoute,
  createStaffSession({
    ...sessionWiring(client, env),
    staff: dynamoStaff(client, env.ACCOUNTS_TABLE),
    attempts: dynamoAttempts(systemDb(client, env.ACCOUNTS_TABLE)),
    passwords: argon2Passwords,
  }),
);
