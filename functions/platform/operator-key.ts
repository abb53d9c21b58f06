import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../lib/runtime/clock.ts';

/** A replaced operator key is refused this many milliseconds later at the latest. */
const CACHE_MS = 60_000;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Is this the operator's key, `op_` and the platform's secret? Compared in constant time, by digests, so that neither
 * content nor length can be found out by measuring.
 */
export const operatorKeyCheck = ({
  readSecret,
  now,
}: {
  readonly readSecret: () => Promise<string>;
  readonly now: Clock;
}): ((key: string) => Promise<boolean>) => {
  let cached: { readonly digest: Buffer; readonly until: number } | undefined;
  return async (key) => {
    const time = now().getTime();
    if (cached === undefined || cached.until <= time) {
      cached = { digest: digest(`op_${await readSecret()}`), until: time + CACHE_MS };
    }
    return timingSafeEqual(cached.digest, digest(key));
  };
};
