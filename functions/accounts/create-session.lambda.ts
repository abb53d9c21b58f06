import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { createSession, createSessionRoute } from './create-session.ts';
import { dynamoAttempts } from './dynamo-attempt-store.ts';
import { dynamoCustomers } from './dynamo-customer-store.ts';
import { SessionEnv } from './env.ts';
import { argon2Passwords } from './password.ts';
import { sessionWiring } from './session-wiring.ts';

const env = readEnv(SessionEnv);
const client = dynamoDbClient();
const db = tenantDb(client, env.ACCOUNTS_TABLE);

export const handler = api(
  createSessionRoute,
  createSession({
    ...sessionWiring(client, env),
    customers: dynamoCustomers(db),
    attemptsOf: (tenant) => dynamoAttempts(db(tenant)),
    passwords: argon2Passwords,
  }),
);
