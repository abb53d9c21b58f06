import type { Secrets } from '../../lib/runtime/clients/secrets.ts';
import type { Clock } from '../../lib/runtime/clock.ts';
import { KeySet } from './key-set.ts';

/** The key set, as use cases see it. */
export type ReadKeySet = () => Promise<KeySet>;

/** Shorter than a new key is published before it signs. */
const CACHE_MS = 5 * 60_000;

/** The key set from its secret, kept for five minutes. */
export const cachedKeySet = (secrets: Secrets, secretArn: string, now: Clock): ReadKeySet => {
  let cached: { readonly set: KeySet; readonly until: number } | undefined;
  return async () => {
    const time = now().getTime();
    if (cached === undefined || cached.until <= time) {
      cached = { set: KeySet.parse(JSON.parse(await secrets.read(secretArn))), until: time + CACHE_MS };
    }
    return cached.set;
  };
};
