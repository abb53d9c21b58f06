import { beforeAll, describe, expect, it } from 'vitest';
import { problemCode } from '../../lib/client/expect-status.ts';
import type { ApiRequest, ApiResponse } from '../../lib/client/http.ts';
import type { Shop } from '../../lib/client/shop.ts';
import type { CallerKind, RouteDefinition } from '../../lib/runtime/route.ts';
import { outcome } from './caller.ts';
import { callerFor, membersOf, nameOf, pathOf } from './route-requests.ts';
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
  '"\\u0000\\u001b[2J"',
  '"\\ud800"',
  '[]',
  '[null]',
  '{}',
  '{"__proto__":{"polluted":1}}',
];

/** Would the route's schema take this text? Text that is not Unicode is refused by all. */
const isTaken = (route: RouteDefinition, text: string): boolean =>
  !text.includes('ud800') && route.body?.safeParse(JSON.parse(text)).success === true;

/** Sends them all at once: what became of each, by how it begins. */
const outcomes = (inputs: readonly string[], ask: (input: string) => Promise<ApiResponse>) =>
  Promise.all(inputs.map(async (input) => [input.slice(0, 40), outcome(await ask(input))]));
const each = (inputs: readonly string[], expected: string) => inputs.map((input) => [input.slice(0, 40), expected]);

describe('every route with a body', () => {
  it.each(withBody)('%s refuses what is no JSON or has another content type', async (_, route) => {
    const noJson = await outcomes(NO_BODY, (rawBody) => send(route, { rawBody }));
    expect(noJson).toEqual(each(NO_BODY, '400 invalid_request'));
    const wrongType = await outcomes(WRONG_TYPES, (type) =>
      send(route, { rawBody: '{}', headers: { 'content-type': type === '' ? undefined : type } }),
    );
    expect(wrongType).toEqual(each(WRONG_TYPES, '415 unsupported_media_type'));
  });

  it.each(withBody)('%s refuses a body that is too large', async (_, route) => {
    const bytes = route.maxBodyBytes ?? 64 * 1024;
    const answer = await send(route, { rawBody: JSON.stringify({ text: 'x'.repeat(bytes) }) });
    expect(outcome(answer)).toBe('413 payload_too_large');
  });

  it.each(withBody)('%s refuses members that it does not know', async (_, route) => {
    const unknown = await outcomes(UNKNOWN_MEMBERS, (name) =>
      send(route, { rawBody: `{${JSON.stringify(name)}:{"polluted":true}}` }),
    );
    expect(unknown).toEqual(each(UNKNOWN_MEMBERS, '400 invalid_request'));
  });

  it.each(withBody)('%s refuses wrong values, whatever they are', async (_, route) => {
    const wrong = membersOf(route).flatMap((member) =>
      VALUES.map((value) => `{${JSON.stringify(member)}:${value}}`).filter((body) => !isTaken(route, body)),
    );
    expect(await outcomes(wrong, (rawBody) => send(route, { rawBody }))).toEqual(each(wrong, '400 invalid_request'));
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
    const answers = await Promise.all(
      WRONG.map((parameter) =>
        send(
          route,
          { ...(route.body === undefined ? {} : { rawBody: '{}' }), headers: { 'if-match': '"v1"' } },
          pathOf(route, parameter),
        ),
      ),
    );
    for (const [index, answer] of answers.entries()) {
      const told = `${WRONG[index]?.slice(0, 20)}: ${outcome(answer)}`;
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
    const queries = ['limit=0', 'limit=101', 'limit=1.5', 'limit=many', 'limit=1&limit=2', 'nonsense=1', '__proto__=1'];
    queries.push(`cursor=${'x'.repeat(2001)}`);
    expect(await outcomes(queries, (query) => send(route, {}, `${base}?${query}`))).toEqual(
      each(queries, '400 invalid_request'),
    );
    for (const cursor of ['nonsense', '%00', 'bnVsbA', 'e30', forged]) {
      const answer = await send(route, {}, `${base}?cursor=${cursor}`);
      // A list of something that is not there says so first.
      const expectedHere = route.path.includes('{') ? /^(400 invalid_cursor|404 \w+)$/ : /^400 invalid_cursor$/;
      expect(outcome(answer), cursor).toMatch(expectedHere);
    }
  });
});
