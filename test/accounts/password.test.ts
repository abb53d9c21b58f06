import { argon2Sync } from 'node:crypto';
import { expect, it } from 'vitest';
import { argon2Passwords } from '../../functions/accounts/password.ts';

const { hash, matches } = argon2Passwords;

it("hashes with Argon2id at OWASP's parameters and a salt of its own", async () => {
  const [one, other] = await Promise.all([hash('correct horse'), hash('correct horse')]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(one).not.toBe(other);
});

it('knows the password again, and no other', async () => {
  const encoded = await hash('correct horse');
  expect(await matches('correct horse', encoded)).toBe(true);
  expect(await matches('correct horsf', encoded)).toBe(false);
  expect(await matches('', encoded)).toBe(false);
});

it('takes a password for the same however its letters are composed', async () => {
  expect(await matches('cafe\u0301', await hash('caf\u00e9'))).toBe(true);
});

it('goes by the parameters of the stored hash, so that they can be raised later', async () => {
  const salt = Buffer.alloc(16, 1);
  const tag = argon2Sync('argon2id', {
    message: 'old',
    nonce: salt,
    memory: 64,
    passes: 3,
    parallelism: 1,
    tagLength: 32,
  });
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  expect(await matches('old', `$argon2id$v=19$m=64,t=3,p=1$${text(salt)}$${text(tag)}`)).toBe(true);
});

it('works as hard for somebody who has no account, whom no password fits', async () => {
  const known = await hash('correct horse');
  const time = async (encoded: string | undefined) => {
    const started = process.cpuUsage();
    expect(await matches('wrong', encoded)).toBe(false);
    return process.cpuUsage(started).user;
  };
  const [nobody, somebody] = [await time(undefined), await time(known)];
  expect(nobody).toBeGreaterThan(somebody / 4);
});

it('refuses a stored hash that it cannot read: nobody is let in by a damaged item', async () => {
  await expect(matches('x', '')).rejects.toThrow('PHC');
  await expect(matches('x', '$argon2id$v=19$m=1,t=1,p=1$$')).rejects.toThrow('PHC');
});
