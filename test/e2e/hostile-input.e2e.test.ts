import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { problemCode } from '../../lib/client/expect-status.ts';
import type { Shop } from '../../lib/client/shop.ts';
import { as, outcome } from './caller.ts';
import { api, newShop } from './world.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await newShop('hostile');
});

describe('a hostile client', () => {
  const cart = { currency: 'EUR', locale: 'de' };
  const storefront = () => as(shop.publishableKey);
  const raw = (rawBody: string | Buffer, headers: Record<string, string> = {}) =>
    api.send('POST', '/v1/carts', { credential: shop.publishableKey, rawBody, headers });

  it('changes no prototype', async () => {
    const line = `{"variantId":"var_${'0'.repeat(26)}","quantity":1`;
    for (const name of ['__proto__', 'constructor']) {
      const outer = await raw(`{"currency":"EUR","locale":"de","${name}":{"polluted":true}}`);
      expect(outcome(outer)).toBe('400 invalid_request');
      expect(outer.text).toContain(`body.${name}`);
      const inner = await raw(`{"currency":"EUR","locale":"de","lines":[${line},"${name}":{"polluted":true}}]}`);
      expect(outcome(inner)).toBe('400 invalid_request');
    }
    const made = await storefront().post('/v1/carts', cart);
    expect([made.status, made.text.includes('polluted')]).toEqual([201, false]);
  });

  it.each(['1.5', '0', '-1', '1e21', '1e400', '"1"', 'null', '[1]', '10001', '0.1e1x'])(
    'gets no line with the quantity %s',
    async (quantity) => {
      const variantId = `var_${'0'.repeat(26)}`;
      const answer = await raw(
        `{"currency":"EUR","locale":"de","lines":[{"variantId":"${variantId}","quantity":${quantity}}]}`,
      );
      expect(outcome(answer)).toBe('400 invalid_request');
    },
  );

  it.each(['XXX', 'eur', 'EURO', '', 'BTC', '€', 'XAU'])('gets no cart in the currency %j', async (currency) => {
    expect(outcome(await storefront().post('/v1/carts', { ...cart, currency }))).toBe('400 invalid_request');
    const lines = [{ variantId: `var_${'0'.repeat(26)}`, quantity: 1 }];
    const quote = await storefront().post('/v1/pricing/quotes', { context: { currency }, lines });
    expect(outcome(quote)).toBe('400 invalid_request');
  });

  it('reads what it wrote, in any script', async () => {
    const names = [
      'Ünïcødé',
      'e\u0301 is not \u00e9',
      '漢字かな交じり文',
      'עברית \u202e txet',
      '👩‍👩‍👧‍👦',
      '"><script>alert(1)</script>',
      "'; DROP TABLE carts; --",
      '#{t#x#y}',
      '${7*7}',
    ];
    for (const name of names) {
      const address = { name, line1: '1 Street', city: 'Town', country: 'DE' };
      const made = await storefront().post('/v1/carts', { ...cart, shippingAddress: address });
      expect([made.status, made.body]).toMatchObject([201, { shippingAddress: address }]);
      const { id, token } = z.looseObject({ id: z.string(), token: z.string() }).parse(made.body);
      const read = await as(shop.publishableKey, { 'cart-token': token }).get(`/v1/carts/${id}`);
      expect(read.body).toMatchObject({ shippingAddress: address });
      expect(read.headers['content-type']).toMatch(/^application\/json/);
      expect(read.headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it.each(['\u0000', 'a\u0000b', 'line\nbreak\u0007', '\ud800', '\udc00x'])(
    'either is refused %j in a name, or reads it as it was',
    async (name) => {
      const address = { name: `x${name}`, line1: '1 Street', city: 'Town', country: 'DE' };
      const made = await storefront().post('/v1/carts', { ...cart, shippingAddress: address });
      if (made.status === 400) return;
      expect(made.body).toMatchObject({ shippingAddress: address });
      const { id, token } = z.looseObject({ id: z.string(), token: z.string() }).parse(made.body);
      const read = await as(shop.publishableKey, { 'cart-token': token }).get(`/v1/carts/${id}`);
      expect(read.body).toMatchObject({ shippingAddress: address });
    },
  );

  it('gets no further with headers that are too many or too long', async () => {
    const flood = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`x-flood-${index}`, 'x'.repeat(30)]));
    const long = { 'x-long': 'x'.repeat(20_000) };
    for (const headers of [flood, long]) {
      expect(outcome(await api.send('GET', '/v1/pricing/tax-rates', { credential: shop.secretKey, headers }))).toBe(
        '413 payload_too_large',
      );
    }
    const enormous = await api.send('GET', '/v1/pricing/tax-rates', {
      credential: shop.secretKey,
      headers: { 'x-long': 'x'.repeat(60_000) },
    });
    expect([413, 431]).toContain(enormous.status);
    expect(outcome(await as(shop.secretKey).get('/v1/pricing/tax-rates'))).toBe('200');
  });

  it('gets no further with malformed headers', async () => {
    for (const key of ['with space', 'x'.repeat(129), '\t', '']) {
      const answer = await storefront().post('/v1/carts', cart, { 'idempotency-key': key });
      expect([key.slice(0, 20), outcome(answer)]).toEqual([key.slice(0, 20), '400 invalid_request']);
    }
    const path = `/v1/pricing/tax-rates/tax_${'0'.repeat(26)}`;
    for (const version of ['*', 'v1', '"1"', 'W/"v1"', '"v1", "v2"', '"v-1"', `"v${'9'.repeat(20)}"`]) {
      const answer = await as(shop.secretKey).patch(path, { name: 'x' }, { 'if-match': version });
      expect([version, outcome(answer)]).toEqual([version, '400 invalid_request']);
    }
    expect(outcome(await as('x'.repeat(5000)).get('/v1/pricing/tax-rates'))).toBe('401 unauthorized');
    expect(outcome(await as(shop.secretKey).get('/v1/pricing/tax-rates'))).toBe('200');
  });

  it('gets no further with 11 MB, or with something packed', async () => {
    expect((await raw(Buffer.alloc(11 * 1024 * 1024, 'x'))).status).toBe(413);
    const packed = await raw(gzipSync(JSON.stringify(cart)), { 'content-encoding': 'gzip' });
    expect([400, 415]).toContain(packed.status);
    expect(outcome(await storefront().post('/v1/carts', cart))).toBe('201');
  });

  it.each([
    ['GET', '/v1/nothing'],
    ['GET', '/v1/carts/a/b/c/d'],
    ['PUT', '/v1/carts'],
    ['DELETE', '/v1/pricing/tax-rates'],
    ['POST', '/v1/carts/../tenants'],
    ['GET', '/'],
    ['GET', '//v1/carts'],
    ['TRACE', '/v1/carts'],
  ])('finds nothing at %s %s', async (method, path) => {
    const answer = await api.send(method, path, { credential: shop.secretKey });
    expect([403, 404, 405]).toContain(answer.status);
    expect(problemCode(answer)).toMatch(/^[a-z_]+$/);
  });

  it('learns nothing internal from a refusal', async () => {
    const answers = [
      await raw('{'),
      await storefront().get('/v1/carts/cart_x'),
      await as('nonsense').get('/v1/carts/current'),
      await storefront().get('/v1/tenants/current'),
    ];
    for (const answer of answers) {
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(answer.text).not.toMatch(/at .*\.(ts|js|mjs):|node_modules|arn:aws|t#tnt_|DynamoDB|zod/i);
      expect(answer.body).toMatchObject({
        status: answer.status,
        requestId: expect.any(String),
        title: expect.any(String),
      });
    }
  });
});
