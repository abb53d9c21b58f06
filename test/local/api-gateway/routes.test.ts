import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Api } from '../../../lib/local/api-gateway/apis.ts';
import { createRouter, type Route } from '../../../lib/local/api-gateway/routes.ts';

const apiOf = (name: string): Api => ({
  id: name,
  name,
  body: { operations: [], binaryMediaTypes: [], apiKeySource: 'HEADER' },
  responses: new Map(),
  stage: undefined,
});

const routeOf = (api: Api, method: string, path: string): Route => ({
  api,
  method,
  path,
  resourceId: '',
  parameters: [],
  integration: { kind: 'mock', status: 200, headers: [], body: '' },
  authorizer: undefined,
  apiKeyRequired: false,
});

const shop = apiOf('shop');
const routerOf = (...paths: string[]) => createRouter(paths.map((path) => routeOf(shop, 'GET', path)));
const found = (router: ReturnType<typeof createRouter>, path: string, method = 'GET') => {
  const match = router.match(method, path);
  return match === undefined ? undefined : [match.route.path, ...match.values];
};

describe('the router', () => {
  it('prefers literals to parameters, and these to the rest', () => {
    const router = routerOf('/a/{id}', '/a/current', '/a/{rest+}', '/a/{id}/keys');
    expect(found(router, '/a/current')).toEqual(['/a/current']);
    expect(found(router, '/a/1')).toEqual(['/a/{id}', '1']);
    expect(found(router, '/a/1/keys')).toEqual(['/a/{id}/keys', '1']);
    expect(found(router, '/a/current/keys')).toEqual(['/a/{id}/keys', 'current']);
    expect(found(router, '/a/1/2/3')).toEqual(['/a/{rest+}', '1/2/3']);
  });

  it('finds nothing for other methods, empty segments and more or less of a path', () => {
    const router = routerOf('/a/{id}');
    for (const path of ['/a', '/a/', '/a/1/', '/a/1/2', '//a/1', '/', '']) expect(found(router, path)).toBeUndefined();
    expect(found(router, '/a/1', 'POST')).toBeUndefined();
  });

  it('serves any method that a path has not with ANY', () => {
    const router = createRouter([routeOf(shop, 'ANY', '/a'), routeOf(shop, 'GET', '/a')]);
    expect(router.match('GET', '/a')?.route.method).toBe('GET');
    expect(router.match('POST', '/a')?.route.method).toBe('ANY');
  });

  it('knows which API a path without a route belongs to', () => {
    const cart = apiOf('cart');
    const router = createRouter([routeOf(shop, 'GET', '/v1/shop/{id}/x'), routeOf(cart, 'GET', '/v1/cart')]);
    expect(router.owner('/v1/shop/1/y')?.name).toBe('shop');
    expect(router.owner('/v1/shop')?.name).toBe('shop');
    expect(router.owner('/v1/cart/1')?.name).toBe('cart');
    expect(router.owner('/v1/other')?.name).toBe('shop');
    expect(router.owner('/')?.name).toBe('shop');
    expect(createRouter([]).owner('/')).toBeUndefined();
  });

  it('agrees with trying every route in turn', () => {
    const segment = fc.constantFrom('a', 'b', '{p}');
    const template = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
    const path = fc
      .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 })
      .map((parts) => `/${parts.join('/')}`);
    fc.assert(
      fc.property(fc.uniqueArray(template, { minLength: 1, maxLength: 8 }), path, (templates, asked) => {
        const fits = (one: string): boolean => {
          const [wanted, given] = [one.split('/'), asked.split('/')];
          return (
            wanted.length === given.length && wanted.every((part, index) => part === '{p}' || part === given[index])
          );
        };
        // The most specific fit: at the first place where two differ, the literal goes first.
        const rank = (one: string): string => one.replaceAll('{p}', '~');
        const expected = templates.filter(fits).sort((x, y) => (rank(x) < rank(y) ? -1 : 1))[0];
        expect(found(routerOf(...templates), asked)?.[0]).toBe(expected);
      }),
    );
  });
});
