import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { step } from '../../lib/runtime/step.ts';
import { VerifySession } from './calls.ts';
import { dynamoSessions } from './dynamo-session-store.ts';
import { AccountsTableEnv } from './env.ts';
import { verifySession } from './verify-session.ts';

const { ACCOUNTS_TABLE } = readEnv(AccountsTableEnv);
const sessions = dynamoSessions(tenantDb(dynamoDbClient(), ACCOUNTS_TABLE));

export const handler = step(VerifySession, verifySession({ sessions, now: systemClock }));
