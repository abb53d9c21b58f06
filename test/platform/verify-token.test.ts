import { SignJWT, UnsecuredJWT } from 'jose';
import { expect, test } from 'vitest';
import { accessTokenAudience, accessTokenIssuer } from '../../lib/runtime/access-token.ts';
import { tenantId } from '../../lib/runtime/tenant.ts';
import { verifyToken } from '../../functions/platform/verify-token.ts';
import { base64url, CLAIMS, newKey, newToken, NOW, STAGE } from './token-fixture.ts';

const key = await newKey('key-1');
const verify = verifyToken({
  stage: STAGE,
  findKey: async (kid) => (kid === 'key-1' ? key.jwk : undefined),
  now: () => NOW,
});

test('a token that accounts signed tells who calls', async () => {
  expect(await verify(await newToken(key.privateKey))).toEqual(CLAIMS);
});

test('a token without a signature is refused, whatever its claims are', async () => {
  const unsecured = new UnsecuredJWT(CLAIMS)
    .setIssuer(accessTokenIssuer(STAGE))
    .setAudience(accessTokenAudience(STAGE))
    .setIssuedAt(NOW)
    .setExpirationTime(new Date(NOW.getTime() + 60_000))
    .encode();
  expect(await verify(unsecured)).toBeUndefined();
  const [, payload = '', signature = ''] = (await newToken(key.privateKey)).split('.');
  expect(await verify(`${base64url({ alg: 'none', kid: 'key-1' })}.${payload}.${signature}`)).toBeUndefined();
});

test('a token signed with the public key as a shared secret is refused', async () => {
  const forged = await new SignJWT(CLAIMS)
    .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
    .setIssuer(accessTokenIssuer(STAGE))
    .setAudience(accessTokenAudience(STAGE))
    .setIssuedAt(NOW)
    .setExpirationTime(new Date(NOW.getTime() + 60_000))
    .sign(Buffer.from(key.jwk.x.padEnd(43, 'A')));
  expect(await verify(forged)).toBeUndefined();
});

test('a token signed by another key under our key id is refused', async () => {
  expect(await verify(await newToken((await newKey('key-1')).privateKey))).toBeUndefined();
});

test("claims that were changed after signing are refused: nobody gets into another tenant's shop", async () => {
  const [header = '', payload = '', signature = ''] = (await newToken(key.privateKey)).split('.');
  const claims: object = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const other = base64url({ ...claims, tenant: tenantId.derive('other') });
  expect(await verify([header, payload, signature].join('.'))).toBeDefined();
  expect(await verify([header, other, signature].join('.'))).toBeUndefined();
});

test.each([
  ['has expired', { expires: -1 }],
  ['never expires', { expires: null }],
  ['is of another stage', { issuer: accessTokenIssuer('prod') }],
  ['is for another audience', { audience: accessTokenAudience('prod') }],
  ['names a key that is not published', { kid: 'key-2' }],
  ['names no tenant', { claims: { tenant: undefined } }],
  ['names something that is no tenant', { claims: { tenant: 'acme' } }],
  ['is of an unknown kind', { claims: { kind: 'operator' } }],
  ['has no session', { claims: { sid: undefined } }],
])('a token that %s is refused', async (_what, parts) => {
  expect(await verify(await newToken(key.privateKey, parts))).toBeUndefined();
});

test('text that is no token is refused, and keys that cannot be fetched are an error of ours', async () => {
  expect(await verify('a.b.c')).toBeUndefined();
  const failing = verifyToken({
    stage: STAGE,
    findKey: () => Promise.reject(new Error('no answer')),
    now: () => NOW,
  });
  await expect(failing(await newToken(key.privateKey))).rejects.toThrow('no answer');
});
