import { describe, expect, it } from 'vitest';
import { signAccessToken } from '../../functions/accounts/access-token.ts';
import { getJwks } from '../../functions/accounts/get-jwks.ts';
import { type KeySet, keyThatSigns, publishedKeys, rotated } from '../../functions/accounts/key-set.ts';
import { cachedKeySet } from '../../functions/accounts/key-vault.ts';
import { rotateSigningKeys } from '../../functions/accounts/rotate-signing-keys.ts';
import { verifyToken } from '../../functions/platform/verify-token.ts';
import { blank, KEY_SET, STAGE, START, tenantA } from './fixtures.ts';

/**
 * What a careless rotation gets wrong, and is looked for here: a key signs before those who verify know it; tokens that
 * are alive when a key retires; two functions that make the first key at the same time and differ; a secret in what is
 * published.
 */
const HOUR = 3600;
const DAY = 24 * HOUR;
const later = (seconds: number) => new Date(START.getTime() + seconds * 1000);
const claims = { sub: 'cus_1', sid: 'ses_1', tenant: tenantA, kind: 'customer' } as const;
let made = 0;
const randomBytes = () => Buffer.alloc(32, (made += 1));
const signAt = async (set: KeySet, at: Date) =>
  (await signAccessToken({ stage: STAGE, readKeySet: async () => set, now: () => at })(claims)).token;
const verifyAt = (set: KeySet, at: Date, token: string) =>
  verifyToken({
    stage: STAGE,
    findKey: async (kid) => publishedKeys(set).find((key) => key.kid === kid),
    now: () => at,
  })(token);

describe('access tokens', () => {
  it('are what the authorizer takes, for 15 minutes', async () => {
    const token = await signAt(KEY_SET, START);
    expect(await verifyAt(KEY_SET, later(899), token)).toEqual(claims);
    expect(await verifyAt(KEY_SET, later(900), token)).toBeUndefined();
  });

  it('can be signed before anybody has made a key: everybody derives the same first one', async () => {
    expect(keyThatSigns(KEY_SET, START)).toEqual(keyThatSigns({ ...KEY_SET }, later(5)));
    const other: KeySet = { ...KEY_SET, seed: 'another seed, also of thirty-two characters' };
    expect(keyThatSigns(other, START).kid).not.toBe(keyThatSigns(KEY_SET, START).kid);
    expect(await verifyAt(other, START, await signAt(KEY_SET, START))).toBeUndefined();
  });
});

describe('rotation', () => {
  it('publishes a key an hour before it signs, and retires the old one an hour after', async () => {
    const first = rotated(KEY_SET, START, randomBytes);
    const [old, next] = publishedKeys(first).map(({ kid }) => kid);
    expect(next).toBeTypeOf('string');
    expect(keyThatSigns(first, later(HOUR - 1)).kid).toBe(old);
    expect(keyThatSigns(first, later(HOUR)).kid).toBe(next);

    const lastOfOld = await signAt(first, later(HOUR - 1));
    const during = rotated(first, later(HOUR + 899), randomBytes);
    expect(await verifyAt(during, later(HOUR + 898), lastOfOld)).toEqual(claims);
    const after = rotated(first, later(2 * HOUR), randomBytes);
    expect(publishedKeys(after).map(({ kid }) => kid)).toEqual([next]);
    expect(await verifyAt(after, later(2 * HOUR), await signAt(after, later(2 * HOUR)))).toEqual(claims);
  });

  it('lets every token verify for its whole life, at every hour of half a year', async () => {
    let set = KEY_SET;
    const kids = new Set<string>();
    for (let hour = 0; hour < 180 * 24; hour += 12) {
      const at = later(hour * HOUR);
      set = rotated(set, at, randomBytes);
      kids.add(keyThatSigns(set, at).kid);
      const aheadSet = rotated(set, later(hour * HOUR + 899), randomBytes);
      expect(publishedKeys(aheadSet).map(({ kid }) => kid)).toContain(keyThatSigns(set, at).kid);
      expect(publishedKeys(set).length).toBeLessThanOrEqual(2);
    }
    expect(kids.size).toBe(7);
  });

  it('does nothing when nothing is due, however often it runs', async () => {
    let stored = JSON.stringify(KEY_SET);
    const writes: string[] = [];
    const run = (at: Date) =>
      rotateSigningKeys({
        read: async () => stored,
        write: async (value) => {
          writes.push(value);
          stored = value;
        },
        randomBytes,
        now: () => at,
      })();
    await run(START);
    await run(START);
    await run(later(HOUR));
    expect(writes).toHaveLength(1);
    await run(later(2 * HOUR));
    await run(later(29 * DAY));
    expect(writes).toHaveLength(2);
    await run(later(31 * DAY));
    expect(writes).toHaveLength(3);
  });

  it('survives two runs at once: whichever key stays, nobody has signed with the other', async () => {
    const [one, other] = [rotated(KEY_SET, START, randomBytes), rotated(KEY_SET, START, randomBytes)];
    const cachedFor = later(5 * 60);
    expect(keyThatSigns(one, cachedFor).kid).toBe(keyThatSigns(other, cachedFor).kid);
  });
});

describe('what is published', () => {
  it('has no secret in it, and may be kept for less time than a key is published ahead', async () => {
    const set = rotated(KEY_SET, START, randomBytes);
    const answer = await getJwks({ readKeySet: async () => set })(blank);
    expect(answer.body.keys).toHaveLength(2);
    for (const key of answer.body.keys) {
      expect(Object.keys(key).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
    }
    expect(JSON.stringify(answer)).not.toContain(set.seed);
    expect(answer.headers).toEqual({ 'cache-control': 'public, max-age=300' });
  });

  it('is read from the secret every five minutes', async () => {
    let time = START;
    let reads = 0;
    const secrets = {
      read: async () => {
        reads += 1;
        return JSON.stringify(KEY_SET);
      },
      write: async () => undefined,
    };
    const read = cachedKeySet(secrets, 'arn', () => time);
    await read();
    time = later(299);
    expect(await read()).toEqual(KEY_SET);
    expect(reads).toBe(1);
    time = later(300);
    await read();
    expect(reads).toBe(2);
  });

  it('is an error when the secret is not what it should be: nobody signs with nothing', async () => {
    const secrets = { read: async () => '{"keys":[]}', write: async () => undefined };
    await expect(cachedKeySet(secrets, 'arn', () => START)()).rejects.toThrow('seed');
  });
});
