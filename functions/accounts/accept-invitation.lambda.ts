import { api } from '../../lib/runtime/api.ts';
import { dynamoDbClient } from '../../lib/runtime/clients/dynamodb.ts';
import { secretsManager } from '../../lib/runtime/clients/secrets.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { systemDb } from '../../lib/runtime/db.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { acceptInvitation, acceptInvitationRoute } from './accept-invitation.ts';
import { dynamoAttempts } from './dynamo-attempt-store.ts';
import { dynamoStaff } from './dynamo-staff-store.ts';
import { TableAndKeysEnv } from './env.ts';
import { cachedKeySet } from './key-vault.ts';
import { argon2Passwords } from './password.ts';

const { ACCOUNTS_TABLE, ACCOUNTS_KEYS } = readEnv(TableAndKeysEnv);
const client = dynamoDbClient();

export const handler = api(
  acceptInvitationRoute,
  acceptInvitation({
    staff: dynamoStaff(client, ACCOUNTS_TABLE),
    attempts: dynamoAttempts(systemDb(client, ACCOUNTS_TABLE)),
    passwords: argon2Passwords,
    readKeySet: cachedKeySet(secretsManager(), ACCOUNTS_KEYS, systemClock),
    now: systemClock,
  }),
);
