import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { call } from '../../lib/client/expect-status.ts';
import { checkOut, createCart, Placed } from '../../lib/client/sale.ts';
import { SHIPPING_METHOD, type Shop } from '../../lib/client/shop.ts';
import { as, outcome } from './caller.ts';
import { loginAsCustomer, loginAsOwner } from './people.ts';
import { api, newProduct, newShop, unique } from './world.ts';

const Id = z.looseObject({ id: z.string() });
const Page = z.looseObject({ items: z.array(z.unknown()), next: z.string().nullish() });

/** Two shops with the same things in them: everything that is unique is unique in one shop. */
const openShop = async (
  word: string,
  names: { readonly slug: string; readonly sku: string; readonly code: string },
) => {
  const shop = await newShop(word);
  const staff = as(shop.secretKey);
  const create = async (path: string, body: unknown) =>
    (await call(api, Id, 'POST', path, { credential: shop.secretKey, body })).id;
  const { productId, variantId } = await newProduct(shop, { pieces: 20 });
  const sameProduct = await create('/v1/catalog/products', { title: 'Same', slug: names.slug, status: 'active' });
  await create(`/v1/catalog/products/${sameProduct}/variants`, { sku: names.sku });
  const promotionId = await create('/v1/pricing/promotions', {
    name: 'Same',
    discount: { type: 'percent', ratePpm: 1 },
  });
  expect(outcome(await staff.post(`/v1/pricing/promotions/${promotionId}/codes`, { code: names.code }))).toBe('201');
  const categoryId = await create('/v1/catalog/categories', { name: 'Same' });
  const locationId = await create('/v1/inventory/locations', { name: 'Back room' });
  const cart = await createCart(api, shop, {
    currency: 'EUR',
    lines: [{ variantId, quantity: 1 }],
    shippingMethodId: SHIPPING_METHOD,
  });
  const placed = Placed.parse((await checkOut(api, shop, { cart })).body);
  return { shop, staff, productId, variantId, categoryId, locationId, placed, create };
};

describe('two shops on one deployment', () => {
  let one: Awaited<ReturnType<typeof openShop>>;
  let other: Awaited<ReturnType<typeof openShop>>;
  const names = { slug: unique('same'), sku: unique('SAME'), code: unique('SAME').toUpperCase() };

  beforeAll(async () => {
    [one, other] = await Promise.all([openShop('walls', names), openShop('strangers', names)]);
  });

  it('may use the same slugs, SKUs, codes and Idempotency-Keys', async () => {
    const found = async ({ staff }: typeof one) =>
      Id.parse((await staff.get(`/v1/catalog/products/by-slug/${names.slug}`)).body).id;
    expect(await found(one)).not.toBe(await found(other));
    const key = unique('key');
    const rate = {
      name: 'Rate',
      country: 'FR',
      region: unique('R').slice(-3).toUpperCase(),
      ratePpm: 1,
      validFrom: '2020-01-01T00:00:00.000Z',
    };
    const made = await one.staff.post('/v1/pricing/tax-rates', rate, { 'idempotency-key': key });
    const same = await other.staff.post('/v1/pricing/tax-rates', { ...rate, ratePpm: 2 }, { 'idempotency-key': key });
    expect([made.status, same.status, same.headers['idempotent-replayed']]).toEqual([201, 201, undefined]);
    expect(Id.parse(same.body).id).not.toBe(Id.parse(made.body).id);
  });

  it('may have customers in common, with a login in each', async () => {
    const email = `${unique('both')}@example.com`;
    const passwords = ['the password of one shop', 'the password of the other'] as const;
    const shops = [one.shop, other.shop] as const;
    const login = async (shop: Shop, password: string) =>
      outcome(await as(shop.publishableKey).post('/v1/accounts/sessions', { email, password }));
    for (const [index, shop] of shops.entries()) {
      const body = { email, password: passwords[index] };
      expect(outcome(await as(shop.publishableKey).post('/v1/accounts/customers', body))).toBe('202');
    }
    expect(await login(one.shop, passwords[0])).toBe('201');
    expect(await login(other.shop, passwords[1])).toBe('201');
    expect(await login(one.shop, passwords[1])).toBe('401 invalid_credentials');
    expect(await login(other.shop, passwords[0])).toBe('401 invalid_credentials');
  });

  it("find nothing of each other's in any list, whatever they ask for", async () => {
    const queries = [
      `/v1/inventory/levels?variantIds=${one.variantId}`,
      `/v1/inventory/movements?variantId=${one.variantId}`,
      `/v1/inventory/reservations?orderId=${one.placed.order.id}`,
      `/v1/payments?orderId=${one.placed.order.id}`,
      `/v1/orders?number=${encodeURIComponent(one.placed.order.number)}x`,
      `/v1/catalog/products?ids=${one.productId}`,
      `/v1/catalog/products?categoryId=${one.categoryId}`,
    ];
    for (const query of queries) {
      const answer = await other.staff.get(query);
      if (answer.status === 404) continue;
      expect([query, outcome(answer)]).toEqual([query, '200']);
      expect([query, Page.parse(answer.body).items]).toEqual([query, []]);
    }
    const orders = await other.staff.get('/v1/orders?limit=100');
    expect(orders.text).toContain(other.placed.order.id);
    expect(orders.text).not.toContain(one.placed.order.id);
  });

  it("cannot put each other's things into their own", async () => {
    const order = { currency: 'EUR', locale: 'en', lines: [{ variantId: one.variantId, quantity: 1 }] };
    const cart = await as(other.shop.publishableKey).post('/v1/carts', order);
    expect(cart.body).toMatchObject({ quote: null, problem: { code: 'unknown_variant' } });
    const product = await other.staff.post('/v1/catalog/products', {
      title: 'Thief',
      slug: unique('thief'),
      categoryIds: [one.categoryId],
    });
    expect(product.status).toBeGreaterThanOrEqual(400);
    expect(product.status).toBeLessThan(500);
    const stock = (line: unknown) =>
      other.staff.post('/v1/inventory/adjustments', { reason: 'correction', lines: [line] });
    const there = await stock({ variantId: other.variantId, locationId: one.locationId, setTo: 5 });
    expect([404, 422]).toContain(there.status);
    const before = await one.staff.get(`/v1/inventory/levels?variantIds=${one.variantId}`);
    await stock({ variantId: one.variantId, setTo: 5 });
    expect((await one.staff.get(`/v1/inventory/levels?variantIds=${one.variantId}`)).body).toEqual(before.body);
    const child = await other.staff.post('/v1/catalog/categories', {
      name: 'Child',
      parentId: one.categoryId,
    });
    expect(child.status).toBeGreaterThanOrEqual(400);
  });

  it("cannot order each other's carts, nor read each other's orders with any proof", async () => {
    const cart = await createCart(api, one.shop, {
      currency: 'EUR',
      lines: [{ variantId: one.variantId, quantity: 1 }],
      shippingMethodId: SHIPPING_METHOD,
    });
    const stolen = await checkOut(api, other.shop, { cart });
    expect(outcome(stolen)).toBe('404 cart_not_found');
    const { order, orderToken } = one.placed;
    const path = `/v1/orders/${order.id}`;
    const proof = { 'order-token': orderToken ?? '' };
    expect(outcome(await as(one.shop.publishableKey).get(path, proof))).toBe('200');
    expect((await as(other.shop.publishableKey).get(path, proof)).status).toBe(404);
    expect((await as(await loginAsCustomer(one.shop)).get(path)).status).toBe(404);
    expect((await as(await loginAsCustomer(other.shop)).get(path, proof)).status).toBe(404);
    expect((await other.staff.get(path)).status).toBe(404);
    expect((await other.staff.post(`${path}/cancel`, { reason: 'customer', restock: true })).status).toBe(404);
  });

  it('have staff of their own', async () => {
    const token = await loginAsOwner(one.shop);
    const elsewhere = await as(undefined).post('/v1/accounts/staff/sessions', {
      email: one.shop.ownerEmail,
      password: 'whatever it is',
      tenant: other.shop.tenantId,
    });
    expect(outcome(elsewhere)).toBe('401 invalid_credentials');
    expect((await as(token).get('/v1/accounts/staff')).text).not.toContain(other.shop.ownerEmail);
    expect((await as(token).get('/v1/tenants/current')).body).toMatchObject({ id: one.shop.tenantId });
    expect(outcome(await as(token).get(`/v1/tenants/${other.shop.tenantId}`))).toBe('403 forbidden');
  });

  it.each([
    '/v1/tenants/current/keys',
    '/v1/catalog/products',
    '/v1/inventory/locations',
    '/v1/pricing/tax-rates',
    '/v1/pricing/promotions',
    '/v1/orders',
  ])('go through %s with cursors of their own only', async (path) => {
    if (path === '/v1/orders') {
      const cart = await createCart(api, one.shop, {
        currency: 'EUR',
        lines: [{ variantId: one.variantId, quantity: 1 }],
        shippingMethodId: SHIPPING_METHOD,
      });
      expect((await checkOut(api, one.shop, { cart })).status).toBe(201);
    }
    if (path === '/v1/pricing/promotions') {
      await one.create(path, { name: 'Second', discount: { type: 'percent', ratePpm: 1 } });
    }
    const page = await call(api, Page, 'GET', `${path}?limit=1`, { credential: one.shop.secretKey });
    expect(page.next).toEqual(expect.any(String));
    expect(outcome(await one.staff.get(`${path}?limit=1&cursor=${page.next}`))).toBe('200');
    expect(outcome(await other.staff.get(`${path}?limit=1&cursor=${page.next}`))).toBe('400 invalid_cursor');
    const damaged = `${page.next?.slice(0, -3)}AAA`;
    expect(outcome(await one.staff.get(`${path}?limit=1&cursor=${damaged}`))).toBe('400 invalid_cursor');
  });
});
