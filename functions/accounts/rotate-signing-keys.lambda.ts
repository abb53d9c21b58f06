import { secretsManager } from '../../lib/runtime/clients/secrets.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { readEnv } from '../../lib/runtime/env.ts';
import { schedule } from '../../lib/runtime/schedule.ts';
import { KeysEnv } from './env.ts';
import { rotateSigningKeys } from './rotate-signing-keys.ts';
import { randomBytes } from 'node:crypto';

const { ACCOUNTS_KEYS } = readEnv(KeysEnv);
const secrets = secretsManager();

export const handler = schedule(
  'rotate signing keys',
  rotateSigningKeys({
    read: () => secrets.read(ACCOUNTS_KEYS),
    write: (value) => secrets.write(ACCOUNTS_KEYS, value),
    randomBytes: () => randomBytes(32),
    now: systemClock,
  }),
);
