import { createHmac, createPrivateKey } from 'node:crypto';
import * as z from 'zod';
import { ACCESS_TOKEN_ALGORITHM, ACCESS_TOKEN_SECONDS, PublicJwk } from '../../lib/runtime/access-token.ts';
import { Instant, secondsAfter, toInstant } from '../../lib/runtime/clock.ts';
import { sha256Hex } from '../../lib/runtime/ids.ts';

/** A signing key: an Ed25519 key pair (RFC 8037), and the instant from which it signs. */
export const SigningKey = z.object({ kid: z.string(), x: z.string(), d: z.string(), signsFrom: Instant });
export type SigningKey = z.output<typeof SigningKey>;

/**
 * The secret of accounts. Secrets Manager makes `seed` at deployment; the rotation writes `keys`, oldest first.
 */
export const KeySet = z.object({ seed: z.string().min(32), keys: z.array(SigningKey) });
export type KeySet = z.output<typeof KeySet>;

const PERIOD_SECONDS = 30 * 24 * 3600;
/** Between publication and use, so that everybody who verifies has seen a key before it signs. */
const PUBLISHED_AHEAD_SECONDS = 3600;
/** After its successor signs, a key verifies the tokens that are still alive, and then some. */
const RETIRED_AFTER_SECONDS = 4 * ACCESS_TOKEN_SECONDS;

const PrivateJwk = z.object({ x: z.string(), d: z.string() });
/** DER of a PKCS #8 Ed25519 private key up to its 32 bytes (RFC 8410). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The key pair of 32 secret bytes. */
export const signingKeyOf = (secretBytes: Buffer, signsFrom: Instant): SigningKey => {
  const der = Buffer.concat([PKCS8_ED25519, secretBytes]);
  const jwk = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' });
  const { x, d } = PrivateJwk.parse(jwk);
  return { kid: sha256Hex('kid', x).slice(0, 16), x, d, signsFrom };
};

/** Derives something secret from the seed, for one purpose and these facts. */
export const seal = ({ seed }: Pick<KeySet, 'seed'>, purpose: string, ...facts: readonly string[]): Buffer =>
  createHmac('sha256', seed)
    .update(sha256Hex(purpose, ...facts))
    .digest();

/**
 * The keys that exist. Before the first rotation that is one derived from the seed: everybody finds the same one at the
 * same time without having to agree on who makes it.
 */
export const existingKeys = (set: KeySet): readonly SigningKey[] =>
  set.keys.length > 0 ? set.keys : [signingKeyOf(seal(set, 'first signing key'), toInstant(new Date(0)))];

/** The key that signs at an instant: the newest that may. */
export const keyThatSigns = (set: KeySet, at: Date): SigningKey => {
  const key = existingKeys(set).findLast(({ signsFrom }) => signsFrom <= toInstant(at));
  if (key === undefined) throw new Error('No signing key may sign yet');
  return key;
};

/** What is published: every key that exists, without its secret. */
export const publishedKeys = (set: KeySet): PublicJwk[] =>
  existingKeys(set).map(({ kid, x }) =>
    PublicJwk.parse({ kty: 'OKP', crv: 'Ed25519', x, kid, alg: ACCESS_TOKEN_ALGORITHM, use: 'sig' }),
  );

/**
 * The next key set: a new key is published an hour before it signs, when the newest has signed for 30 days; an old one
 * goes an hour after its successor began to sign. The same set when nothing is due, so that it can run at any time.
 */
export const rotated = (set: KeySet, now: Date, randomBytes: () => Buffer): KeySet => {
  const keys = existingKeys(set);
  const newest = keys.at(-1);
  const isDue = newest === undefined || newest.signsFrom <= secondsAfter(now, -PERIOD_SECONDS);
  const withNext = isDue ? [...keys, signingKeyOf(randomBytes(), secondsAfter(now, PUBLISHED_AHEAD_SECONDS))] : keys;
  const retired = secondsAfter(now, -RETIRED_AFTER_SECONDS);
  const kept = withNext.filter((_, position) => {
    const successor = withNext[position + 1];
    return successor === undefined || successor.signsFrom > retired;
  });
  return !isDue && kept.length === keys.length ? set : { ...set, keys: kept };
};
