import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { problemCode } from '../../lib/client/expect-status.ts';
import type { ApiRequest, ApiResponse } from '../../lib/client/http.ts';
import type { Shop } from '../../lib/client/shop.ts';
import type { CallerKind, RouteDefinition } from '../../lib/runtime/route.ts';
import { as, outcome } from './caller.ts';
import { callerFor, membersOf, nameOf, pathOf } from './hostile-routes.ts';
import { loginAsCustomer, loginAsOwner } from './people.ts';
import { routeDefinitions } from './route-definitions.ts';
import { api, newShop, operatorKey } from './world.ts';

const routes = await routeDefinitions();
const withBody = routes.filter((route) => route.body !== undefined).map((route) => [nameOf(route), route] as const);
const withParameter = routes.filter(({ path }) => path.includes('{')).map((route) => [nameOf(route), route] as const);
const lists = routes
  .filter(({ query }) => query !== undefined && !query.safeParse({ limit: '0' }).success)
  .filter(({ query }) => query?.safeParse({ limit: '1', cursor: 'x' }).success === true)
  .map((route) => [nameOf(route), route] as const);

let shop: Shop;
let credentials: Record<CallerKind, string>;
beforeAll(async () => {
  shop = await newShop('hostile');
  const [customer, staff] = [await loginAsCustomer(shop), await loginAsOwner(shop)];
  credentials = { publishable: shop.publishableKey, secret: shop.secretKey, operator: operatorKey, customer, staff };
});

const send = (route: RouteDefinition, request: ApiRequest, path = pathOf(route)): Promise<ApiResponse> => {
  const kind = callerFor(route);
  return api.send(route.method, path, { ...request, credential: kind === undefined ? undefined : credentials[kind] });
};

/** Bodies that are no JSON, or none that any route takes. */
const NO_BODY = ['', '{', '{"a":1}}', '\uFEFF{}', "{'a':1}", 'NaN', 'null', 'true', '42', '"text"', '['.repeat(9000)];
const WRONG_TYPES = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonp', ''];
const UNKNOWN_MEMBERS = ['nonsense', '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', ''];
/** JSON texts to put where something else belongs. */
const VALUES = [
  'null',
  'true',
  '-1',
  '0.5',
  '1e21',
  '1e400',
  '""',
  '" "',
  `"${'x'.repeat(40_000)}"`,
  `"${'a@'.repeat(15_000)}"`,
  '"\\u0000\\u001b[2J\\ud800"',
  '[]',
  '[null]',
  '{}',
  '{"__proto__":{"polluted":1}}',
];

describe('every route with a body', () => {
  it.each(withBody)('%s refuses what is no JSON or has another content type', async (_, route) => {
    for (const rawBody of NO_BODY) {
      const answer = await send(route, { rawBody });
      expect([rawBody.slice(0, 20), outcome(answer)]).toEqual([rawBody.slice(0, 20), '400 invalid_request']);
    }
    for (const type of WRONG_TYPES) {
      const answer = await send(route, { rawBody: '{}', headers: { 'content-type': type === '' ? undefined : type } });
      expect([type, outcome(answer)]).toEqual([type, '415 unsupported_media_type']);
    }
  });

  it.each(withBody)('%s refuses a body that is too large', async (_, route) => {
    const bytes = route.maxBodyBytes ?? 64 * 1024;
    const answer = await send(route, { rawBody: JSON.stringify({ text: 'x'.repeat(bytes) }) });
    expect(outcome(answer)).toBe('413 payload_too_large');
  });

  it.each(withBody)('%s refuses members that it does not know', async (_, route) => {
    for (const name of UNKNOWN_MEMBERS) {
      const answer = await send(route, { rawBody: `{${JSON.stringify(name)}:{"polluted":true}}` });
      expect([name, outcome(answer)]).toEqual([name, '400 invalid_request']);
    }
  });

  it.each(withBody)('%s refuses wrong values, whatever they are', async (_, route) => {
    for (const member of membersOf(route)) {
      for (const value of VALUES) {
        const rawBody = `{${JSON.stringify(member)}:${value}}`;
        const answer = await send(route, { rawBody });
        const told = [member, value.slice(0, 30), outcome(answer)];
        if (route.body?.safeParse(JSON.parse(rawBody)).success === false) {
          expect(told).toEqual([member, value.slice(0, 30), '400 invalid_request']);
        }
        expect(answer.status, told.join(' ')).toBeLessThan(500);
      }
    }
  });
});

describe('every route with a parameter in its path', () => {
  const WRONG = [
    '%00',
    '%20',
    'undefined',
    '__proto__',
    '..%2F..',
    "'--",
    '%F0%9F%92%A9',
    '%E0%A4%A',
    'x'.repeat(2000),
  ];
  it.each(withParameter)('%s refuses what is no id', async (_, route) => {
    for (const parameter of WRONG) {
      const body = route.body === undefined ? {} : { rawBody: '{}' };
      const answer = await send(route, { ...body, headers: { 'if-match': '"v1"' } }, pathOf(route, parameter));
      const told = `${parameter.slice(0, 20)}: ${outcome(answer)}`;
      expect([400, 403, 404], told).toContain(answer.status);
      expect(problemCode(answer), told).toMatch(/^[a-z_]+$/);
    }
  });
});

describe('every list', () => {
  it('is known to this suite', () => {
    expect(lists.length).toBeGreaterThan(8);
  });

  it.each(lists)('%s refuses limits, cursors and parameters that are none', async (_, route) => {
    const base = pathOf(route);
    const forged = Buffer.from('{"p":{"pk":"t#tnt_other#x","sk":"y"},"b":"0000000000000000"}').toString('base64url');
    const expected: [string, string][] = [
      ['limit=0', '400 invalid_request'],
      ['limit=101', '400 invalid_request'],
      ['limit=1.5', '400 invalid_request'],
      ['limit=many', '400 invalid_request'],
      ['limit=1&limit=2', '400 invalid_request'],
      ['nonsense=1', '400 invalid_request'],
      ['__proto__=1', '400 invalid_request'],
      [`cursor=${'x'.repeat(2001)}`, '400 invalid_request'],
    ];
    for (const [query, refusal] of expected) {
      const answer = await send(route, {}, `${base}?${query}`);
      expect([query.slice(0, 20), outcome(answer)]).toEqual([query.slice(0, 20), refusal]);
    }
    for (const cursor of ['nonsense', '%00', 'bnVsbA', 'e30', forged]) {
      const answer = await send(route, {}, `${base}?cursor=${cursor}`);
      // A list of something that is not there says so first.
      const expectedHere = route.path.includes('{') ? /^(400 invalid_cursor|404 \w+)$/ : /^400 invalid_cursor$/;
      expect(outcome(answer), cursor).toMatch(expectedHere);
    }
  });
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

  it('gets no further with headers that are too many, too long or malformed', async () => {
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
