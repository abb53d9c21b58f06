import type { DynamoDb } from '../../lib/runtime/clients/dynamodb.ts';
import { secretsManager } from '../../lib/runtime/clients/secrets.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { randomBase62 } from '../../lib/runtime/random-text.ts';
import { signAccessToken } from './access-token.ts';
import { dynamoSessions } from './dynamo-session-store.ts';
import { seal } from './key-set.ts';
import { cachedKeySet } from './key-vault.ts';
import { sessionId } from './model.ts';
import type { SessionDeps } from './session.ts';

/** What every function that begins or refreshes sessions is made of. */
export const sessionWiring = (
  client: DynamoDb,
  env: { readonly ACCOUNTS_TABLE: string; readonly ACCOUNTS_KEYS: string; readonly STAGE: string },
): SessionDeps => {
  const readKeySet = cachedKeySet(secretsManager(), env.ACCOUNTS_KEYS, systemClock);
  return {
    sessions: dynamoSessions(tenantDb(client, env.ACCOUNTS_TABLE)),
    sign: signAccessToken({ stage: env.STAGE, readKeySet, now: systemClock }),
    newSessionId: sessionId.random,
    newSecret: () => randomBase62(40),
    secretOf: async (...facts) => seal(await readKeySet(), 'refresh token', ...facts).toString('base64url'),
    now: systemClock,
  };
};
