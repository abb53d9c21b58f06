import { api } from '../../lib/runtime/api.ts';
import { secretsManager } from '../../lib/runtime/clients/secrets.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { KeysEnv } from './env.ts';
import { getJwks, getJwksRoute } from './get-jwks.ts';
import { cachedKeySet } from './key-vault.ts';

const { ACCOUNTS_KEYS } = readEnv(KeysEnv);
const readKeySet = cachedKeySet(secretsManager(), ACCOUNTS_KEYS, systemClock);

export const handler = api(getJwksRoute, getJwks({ readKeySet }));
