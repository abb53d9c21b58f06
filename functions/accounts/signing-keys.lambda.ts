import { secretsManager } from '../../lib/runtime/clients/secrets.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { systemStep } from '../../lib/runtime/step.ts';
import { SigningKeys } from './calls.ts';
import { KeysEnv } from './env.ts';
import { publishedKeys } from './key-set.ts';
import { cachedKeySet } from './key-vault.ts';

const { ACCOUNTS_KEYS } = readEnv(KeysEnv);
const readKeySet = cachedKeySet(secretsManager(), ACCOUNTS_KEYS, systemClock);

export const handler = systemStep(SigningKeys, async () => ({ keys: publishedKeys(await readKeySet()) }));
