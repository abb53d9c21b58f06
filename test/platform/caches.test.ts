import { expect, test } from 'vitest';
import { operatorKeyCheck } from '../../functions/platform/operator-key.ts';
import { cachedSigningKeys } from '../../functions/platform/signing-keys.ts';
import { newKey, NOW } from './token-fixture.ts';

const movingClock = () => {
  let time = NOW.getTime();
  return { now: () => new Date(time), pass: (seconds: number) => (time += seconds * 1000) };
};

test('the operator key is the secret behind op_, and nothing shorter, longer or else', async () => {
  const check = operatorKeyCheck({ readSecret: async () => 's3cret-s3cret-s3cret', now: () => NOW });
  expect(await check('op_s3cret-s3cret-s3cret')).toBe(true);
  for (const wrong of [
    'op_s3cret-s3cret-s3creT',
    'op_s3cret-s3cret-s3cre',
    'op_s3cret-s3cret-s3crets',
    's3cret-s3cret-s3cret',
  ]) {
    expect(await check(wrong)).toBe(false);
  }
});

test('a replaced operator key is refused within 60 s, and the secret is read once in that time', async () => {
  const clock = movingClock();
  const secrets = ['first-secret-value', 'second-secret-value'];
  let reads = 0;
  const check = operatorKeyCheck({ readSecret: async () => secrets[reads++] ?? 'none', now: clock.now });
  expect(await check('op_first-secret-value')).toBe(true);
  clock.pass(59);
  expect(await check('op_first-secret-value')).toBe(true);
  expect(reads).toBe(1);
  clock.pass(1);
  expect(await check('op_first-secret-value')).toBe(false);
  expect(await check('op_second-secret-value')).toBe(true);
  expect(reads).toBe(2);
});

test('unknown key ids ask for the keys again, but once in 30 s at most', async () => {
  const clock = movingClock();
  const [first, second] = [await newKey('first'), await newKey('second')];
  let published = [first.jwk];
  let fetches = 0;
  const find = cachedSigningKeys({
    fetchKeys: async () => {
      fetches += 1;
      return published;
    },
    now: clock.now,
  });
  expect(await find('first')).toEqual(first.jwk);
  for (let guess = 0; guess < 50; guess += 1) expect(await find(`made-up-${guess}`)).toBeUndefined();
  expect(fetches).toBe(1);
  published = [first.jwk, second.jwk];
  clock.pass(30);
  expect(await find('second')).toEqual(second.jwk);
  expect(fetches).toBe(2);
});

test('a key that is no longer published is forgotten within five minutes', async () => {
  const clock = movingClock();
  const key = await newKey('old');
  let published = [key.jwk];
  const find = cachedSigningKeys({ fetchKeys: async () => published, now: clock.now });
  expect(await find('old')).toEqual(key.jwk);
  published = [];
  clock.pass(299);
  expect(await find('old')).toEqual(key.jwk);
  clock.pass(1);
  expect(await find('old')).toBeUndefined();
});
