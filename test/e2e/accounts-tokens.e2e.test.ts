import {
  type CryptoKey,
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  generateKeyPair,
  jwtVerify,
  SignJWT,
} from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Shop } from '../../lib/client/shop.ts';
import { as, asUnseen, outcome } from './caller.ts';
import { invoke } from './deployer.ts';
import { loginAsOwner, newCustomer } from './people.ts';
import { readSigningKey } from './signing-key.ts';
import { newShop } from './world.ts';

const Jwks = z.object({
  keys: z.array(
    z.strictObject({
      kty: z.literal('OKP'),
      crv: z.literal('Ed25519'),
      x: z.string(),
      kid: z.string(),
      alg: z.literal('EdDSA'),
      use: z.literal('sig'),
    }),
  ),
});
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('an access token', () => {
  let shop: Shop;
  let other: Shop;
  let customer: string;
  let staff: string;
  let strangersKey: CryptoKey;

  beforeAll(async () => {
    [shop, other] = await Promise.all([newShop('tokens'), newShop('foreign')]);
    customer = (await newCustomer(shop)).accessToken;
    staff = await loginAsOwner(shop);
    strangersKey = (await generateKeyPair('EdDSA')).privateKey;
  });

  /** The same claims with some changed, signed by somebody else under the name of our key. */
  const forged = (token: string, changes: Record<string, unknown> = {}): Promise<string> =>
    new SignJWT({ ...decodeJwt(token), ...changes })
      .setProtectedHeader({ alg: 'EdDSA', kid: decodeProtectedHeader(token).kid ?? '' })
      .sign(strangersKey);
  const asks = async (token: string) => [
    outcome(await asUnseen(token).get('/v1/accounts/customers/me')),
    outcome(await asUnseen(token).get('/v1/accounts/staff')),
    outcome(await asUnseen(token).get('/v1/carts/current')),
  ];
  const REFUSED = ['401 unauthorized', '401 unauthorized', '401 unauthorized'];

  it('can be verified by anybody with the published keys, which hold no secret', async () => {
    const answer = await as(undefined).get('/v1/accounts/.well-known/jwks.json');
    expect(answer.headers['cache-control']).toBe('public, max-age=300');
    const keys = createLocalJWKSet(Jwks.parse(answer.body));
    const { payload, protectedHeader } = await jwtVerify(customer, keys);
    expect(protectedHeader.alg).toBe('EdDSA');
    expect(payload).toMatchObject({ tenant: shop.tenantId, kind: 'customer' });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(900);
    expect(JSON.stringify(payload)).not.toContain('@');
  });

  it('lets its own kind of caller in, and no other', async () => {
    expect(await asks(customer)).toEqual(['200', '403 forbidden', '404 cart_not_found']);
    expect(await asks(staff)).toEqual(['403 forbidden', '200', '403 forbidden']);
  });

  it('is worth nothing without its signature', async () => {
    const [header = '', payload = '', signature = ''] = customer.split('.');
    const kid = decodeProtectedHeader(customer).kid;
    for (const alg of ['none', 'None', 'NONE', 'nOnE']) {
      expect(await asks(`${encode({ alg, typ: 'JWT', kid })}.${payload}.`)).toEqual(REFUSED);
      expect(await asks(`${encode({ alg, typ: 'JWT', kid })}.${payload}.${signature}`)).toEqual(REFUSED);
    }
    expect(await asks(`${header}.${payload}.AAAA`)).toEqual(REFUSED);
  });

  it('is worth nothing with other claims under the old signature', async () => {
    const [header = '', , signature = ''] = customer.split('.');
    const claims = decodeJwt(customer);
    const changes = [
      { tenant: other.tenantId },
      { kind: 'staff', sub: decodeJwt(staff).sub },
      { exp: (claims.exp ?? 0) + 3600 },
    ];
    for (const change of changes) {
      expect(await asks(`${header}.${encode({ ...claims, ...change })}.${signature}`)).toEqual(REFUSED);
    }
  });

  it('is worth nothing with another key, whatever it claims', async () => {
    expect(await asks(await forged(customer))).toEqual(REFUSED);
    expect(await asks(await forged(staff))).toEqual(REFUSED);
    expect(await asks(await forged(customer, { tenant: other.tenantId }))).toEqual(REFUSED);
    expect(await asks(await forged(customer, { exp: 1 }))).toEqual(REFUSED);
  });

  it('is worth nothing before or after its time, or for another stage, though our own key signed it', async () => {
    const { kid, x, d } = await readSigningKey();
    const claims = decodeJwt(customer);
    const signed = (changes: Record<string, unknown>) =>
      new SignJWT({ ...claims, ...changes })
        .setProtectedHeader({ alg: 'EdDSA', kid })
        .sign({ kty: 'OKP', crv: 'Ed25519', x, d });
    expect(await asks(await signed({}))).toEqual(['200', '403 forbidden', '404 cart_not_found']);
    const wrong = [
      { iat: (claims.iat ?? 0) - 1800, exp: (claims.exp ?? 0) - 1800 },
      { exp: undefined },
      { nbf: (claims.iat ?? 0) + 1800 },
      { iss: 'urn:cartwright:elsewhere:accounts' },
      { aud: 'urn:cartwright:elsewhere' },
      { kind: 'operator' },
      { tenant: 'tnt_1' },
      { sid: `ses_${'0'.repeat(26)}` },
    ];
    for (const changes of wrong) expect([changes, await asks(await signed(changes))]).toEqual([changes, REFUSED]);
  });

  it('is worth nothing when the public key was used as a shared secret, or the key came with the token', async () => {
    const { keys } = Jwks.parse((await as(undefined).get('/v1/accounts/.well-known/jwks.json')).body);
    const [key] = keys;
    const shared = await new SignJWT(decodeJwt(customer))
      .setProtectedHeader({ alg: 'HS256', kid: key?.kid ?? '' })
      .sign(Buffer.from((key?.x ?? '').padEnd(43, 'A')));
    expect(await asks(shared)).toEqual(REFUSED);
    const pair = await generateKeyPair('EdDSA', { extractable: true });
    const carried = await new SignJWT(decodeJwt(customer))
      .setProtectedHeader({ alg: 'EdDSA', jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AAAA' }, kid: 'mine' })
      .sign(pair.privateKey);
    expect(await asks(carried)).toEqual(REFUSED);
  });

  it('is worth the same when the signing keys are rotated: the next one is published before it signs', async () => {
    const Published = z.object({ keys: z.array(z.looseObject({ kid: z.string() })) });
    const path = '/v1/accounts/.well-known/jwks.json';
    const before = Published.parse((await as(undefined).get(path)).body).keys.map(({ kid }) => kid);
    await invoke('accounts', 'rotate-signing-keys');
    expect(await asks(customer)).toEqual(['200', '403 forbidden', '404 cart_not_found']);
    expect(outcome(await as((await newCustomer(shop)).accessToken).get('/v1/accounts/customers/me'))).toBe('200');
    const after = Published.parse((await as(undefined).get(path)).body).keys.map(({ kid }) => kid);
    expect(after).toEqual(expect.arrayContaining(before));
  });

  it('opens nothing of another shop', async () => {
    const stranger = (await newCustomer(other)).accessToken;
    const cart = z
      .looseObject({ id: z.string() })
      .parse((await as(customer).post('/v1/carts', { currency: 'EUR', locale: 'en' })).body);
    expect(outcome(await as(customer).get(`/v1/carts/${cart.id}`))).toBe('200');
    expect(outcome(await as(stranger).get(`/v1/carts/${cart.id}`))).toBe('404 cart_not_found');
    expect(outcome(await as(stranger).get('/v1/carts/current'))).toBe('404 cart_not_found');
  });

  it.each(['Basic', 'bearer', 'Token', ''])('after %j instead of Bearer is read by the letter', async (scheme) => {
    const answer = await as(undefined, { authorization: `${scheme} ${customer}` }).get('/v1/accounts/customers/me');
    expect(outcome(answer)).toBe(scheme === 'bearer' ? '200' : '401 unauthorized');
  });
});
