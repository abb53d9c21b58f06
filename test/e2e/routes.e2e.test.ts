import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { call, problemCode } from '../../lib/client/expect-status.ts';
import { checkOut, createCart, Placed } from '../../lib/client/sale.ts';
import { SHIPPING_METHOD, type Shop } from '../../lib/client/shop.ts';
import type { CallerKind, RouteDefinition } from '../../lib/runtime/route.ts';
import { loginAsCustomer, loginAsOwner } from './people.ts';
import { routeDefinitions } from './route-definitions.ts';
import { templateRoutes } from './route-coverage.ts';
import { api, newProduct, newShop, operatorKey } from './world.ts';

const routes = await routeDefinitions();
const closed = routes.filter((route) => route.callers !== 'public');
const name = (route: RouteDefinition): string => `${route.method} ${route.path}`;

/** The only routes that need no credential. A new one must be added here, where somebody will ask why. */
const PUBLIC = [
  'GET /v1/accounts/.well-known/jwks.json',
  'GET /v1/storage/public/{fileId}/{name}',
  'POST /v1/accounts/staff/invitations/accept',
  'POST /v1/accounts/staff/sessions',
  'POST /v1/accounts/staff/sessions/refresh',
];

const Id = z.looseObject({ id: z.string() });

/** One resource of each kind that a path can name, owned by one shop. */
const resourcesOf = async (shop: Shop): Promise<Record<string, string>> => {
  const credential = shop.secretKey;
  const create = async (path: string, body: unknown): Promise<string> =>
    (await call(api, Id, 'POST', path, { credential, body })).id;
  const product = await newProduct(shop);
  const cart = await createCart(api, shop, {
    currency: 'EUR',
    lines: [{ variantId: product.variantId, quantity: 1 }],
    shippingMethodId: SHIPPING_METHOD,
  });
  const placed = Placed.parse((await checkOut(api, shop, { cart })).body);
  const open = await createCart(api, shop, { currency: 'EUR', lines: [{ variantId: product.variantId, quantity: 1 }] });
  const payments = await call(
    api,
    z.looseObject({ items: z.array(Id) }),
    'GET',
    `/v1/payments?orderId=${placed.order.id}`,
    { credential },
  );
  const promotion = await create('/v1/pricing/promotions', {
    name: 'Tenth',
    discount: { type: 'percent', ratePpm: 100_000 },
  });
  const rates = await call(api, z.looseObject({ items: z.array(Id) }), 'GET', '/v1/pricing/tax-rates', { credential });
  const zones = await call(api, z.looseObject({ items: z.array(Id) }), 'GET', '/v1/pricing/shipping-zones', {
    credential,
  });
  const keys = await call(api, z.looseObject({ items: z.array(Id) }), 'GET', '/v1/tenants/current/keys', {
    credential,
  });
  return {
    tenantId: shop.tenantId,
    keyId: keys.items[0]?.id ?? '',
    productId: product.productId,
    variantId: product.variantId,
    slug: product.slug,
    categoryId: await create('/v1/catalog/categories', { name: 'Cups' }),
    importId: await create('/v1/catalog/imports', {
      format: 'shopify',
      filename: 'a.csv',
      size: 10,
      sha256: '0'.repeat(64),
    }),
    locationId: await create('/v1/inventory/locations', { name: 'Back room' }),
    promotionId: promotion,
    taxRateId: rates.items[0]?.id ?? '',
    shippingZoneId: zones.items[0]?.id ?? '',
    cartId: open.id,
    orderId: placed.order.id,
    checkoutId: placed.order.id,
    paymentId: payments.items[0]?.id ?? '',
    addressId: `adr_${'0'.repeat(26)}`,
    uploadId: `upl_${'0'.repeat(26)}`,
    fileId: `file_${'0'.repeat(26)}`,
    nodeId: `node_${'0'.repeat(26)}`,
    locale: 'de',
    code: 'NONE',
    name: 'stripe',
  };
};

/** A path with its parameters filled in. Short names (`{id}`) are told by the segment before them. */
const fill = (route: RouteDefinition, resources: Record<string, string>): string =>
  route.path.replaceAll(/\{([A-Za-z]+)\}/g, (_, parameter: string) => {
    const value = resources[parameter];
    if (value === undefined)
      throw new Error(`${name(route)}: this suite knows no {${parameter}}; add one to resourcesOf`);
    return encodeURIComponent(value);
  });

describe('every route of every API', () => {
  let shop: Shop;
  let other: Shop;
  let resources: Record<string, string>;
  let credentials: Record<CallerKind, string>;

  beforeAll(async () => {
    [shop, other] = await Promise.all([newShop('routes'), newShop('others')]);
    resources = await resourcesOf(shop);
    const [customer, staff] = [await loginAsCustomer(shop), await loginAsOwner(shop)];
    credentials = { publishable: shop.publishableKey, secret: shop.secretKey, operator: operatorKey, customer, staff };
  });

  it('is declared once and deployed', () => {
    const declared = closed
      .concat(routes.filter((route) => route.callers === 'public'))
      .map(name)
      .sort();
    const deployed = templateRoutes()
      .map((route) => `${route.method} ${route.path}`)
      .filter((route) => !route.endsWith('/health'))
      .sort();
    expect(deployed).toEqual([...new Set(declared)]);
  });

  it('is closed unless it is on the list of public routes', () => {
    expect(
      routes
        .filter((route) => route.callers === 'public')
        .map(name)
        .sort(),
    ).toEqual(PUBLIC);
  });

  it.each(closed.map((route) => [name(route), route] as const))(
    '%s answers 401 without a credential and with wrong ones',
    async (_name, route) => {
      const path = fill(route, resources);
      const unsigned = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${Buffer.from(JSON.stringify({ tenant: shop.tenantId, kind: 'staff', sub: 'x', exp: 9999999999 })).toString('base64url')}.`;
      const wrong = [
        undefined,
        'nonsense',
        `pk_${'a'.repeat(40)}`,
        `sk_${'a'.repeat(40)}`,
        `op_${'a'.repeat(40)}`,
        unsigned,
      ];
      for (const credential of wrong) {
        const response = await api.send(route.method, path, {
          credential,
          ...(route.body === undefined ? {} : { body: {} }),
        });
        expect([credential?.slice(0, 12), response.status, problemCode(response)]).toEqual([
          credential?.slice(0, 12),
          401,
          'unauthorized',
        ]);
      }
    },
  );

  it.each(closed.map((route) => [name(route), route] as const))(
    '%s answers 403 to every kind of caller that it is not for',
    async (_name, route) => {
      if (route.callers === 'public') return;
      const path = fill(route, resources);
      for (const [kind, credential] of Object.entries(credentials)) {
        const allowed =
          (route.callers as readonly string[]).includes(kind) ||
          (kind === 'customer' && route.callers.includes('publishable'));
        if (allowed) continue;
        const response = await api.send(route.method, path, {
          credential,
          ...(route.body === undefined ? {} : { body: {} }),
        });
        expect([kind, response.status, problemCode(response)]).toEqual([kind, 403, 'forbidden']);
      }
    },
  );

  const ofTenants = closed.filter(
    (route) =>
      route.path.includes('{') && route.callers !== 'public' && !route.callers.every((kind) => kind === 'operator'),
  );
  it.each(ofTenants.map((route) => [name(route), route] as const))(
    "%s knows nothing of another tenant's id",
    async (_name, route) => {
      const path = fill(route, resources);
      const strangers: Record<string, string> = { secret: other.secretKey, publishable: other.publishableKey };
      for (const [kind, credential] of Object.entries(strangers)) {
        if (route.callers === 'public' || !(route.callers as readonly string[]).includes(kind)) continue;
        const response = await api.send(route.method, path, {
          credential,
          headers: { 'if-match': '"v1"' },
          ...(route.body === undefined ? {} : { body: {} }),
        });
        // An empty body is refused before the id is looked up where the route needs one.
        const expected = route.body === undefined ? [404] : [404, 400];
        expect(expected, `${kind}: ${response.text}`).toContain(response.status);
      }
    },
  );
});
