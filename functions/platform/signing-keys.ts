import type { PublicJwk } from '../../lib/runtime/access-token.ts';
import type { Clock } from '../../lib/runtime/clock.ts';

const MAX_AGE_MS = 5 * 60_000;
/** Tokens with made-up key ids must not become a call each. */
const COOLDOWN_MS = 30_000;

/** Finds a published key by its id. */
export type KeySource = (kid: string) => Promise<PublicJwk | undefined>;

/**
 * The published keys, kept for five minutes. An unknown id asks again at once (a new key may sign soon after it is
 * published), but not more often than every 30 seconds.
 */
export const cachedSigningKeys = ({
  fetchKeys,
  now,
}: {
  readonly fetchKeys: () => Promise<readonly PublicJwk[]>;
  readonly now: Clock;
}): KeySource => {
  let known: { readonly keys: ReadonlyMap<string, PublicJwk>; readonly at: number } | undefined;
  const refresh = async (): Promise<ReadonlyMap<string, PublicJwk>> => {
    const at = now().getTime();
    const keys = new Map((await fetchKeys()).map((key) => [key.kid, key]));
    known = { keys, at };
    return keys;
  };
  return async (kid) => {
    const age = known === undefined ? Infinity : now().getTime() - known.at;
    if (known === undefined || age >= MAX_AGE_MS) return (await refresh()).get(kid);
    return known.keys.get(kid) ?? (age >= COOLDOWN_MS ? (await refresh()).get(kid) : undefined);
  };
};
