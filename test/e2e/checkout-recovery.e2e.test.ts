import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineId } from '../../lib/runtime/ids.ts';
import { call, problemCode } from '../../lib/client/expect-status.ts';
import { type Cart, checkOut, createCart, Placed } from '../../lib/client/sale.ts';
import { SHIPPING_METHOD, type Shop } from '../../lib/client/shop.ts';
import { until } from '../../lib/client/until.ts';
import { as } from './caller.ts';
import { LONG_AGO, makeOverdue, reconcile } from './dead-work.ts';
import { setAttributes } from './deployer.ts';
import { api, newProduct, newShop, unique } from './world.ts';

const Order = z.looseObject({
  id: z.string(),
  status: z.string(),
  paymentStatus: z.string(),
  note: z.string().nullish(),
});
const Pending = z.object({ checkoutId: z.string(), status: z.literal('pending'), orderToken: z.string() });
const Checkout = z.looseObject({
  status: z.string(),
  order: Order.nullable(),
  refusal: z.looseObject({ code: z.string() }).nullable(),
});

let shop: Shop;
let variantId: string;
beforeAll(async () => {
  shop = await newShop('recovery');
  ({ variantId } = await newProduct(shop, { pieces: 'untracked' }));
});

const newCart = (codes: readonly string[] = []): Promise<Cart> =>
  createCart(api, shop, {
    currency: 'EUR',
    lines: [{ variantId, quantity: 1 }],
    shippingMethodId: SHIPPING_METHOD,
    codes,
  });

describe('a checkout without a verdict', () => {
  const newCoupon = async (): Promise<string> => {
    const code = unique('once').toUpperCase();
    const promotion = await call(api, z.looseObject({ id: z.string() }), 'POST', '/v1/pricing/promotions', {
      credential: shop.secretKey,
      body: { name: code, discount: { type: 'percent', ratePpm: 100_000 } },
    });
    await call(api, z.unknown(), 'POST', `/v1/pricing/promotions/${promotion.id}/codes`, {
      credential: shop.secretKey,
      body: { code, limit: 1 },
    });
    return code;
  };
  const asked = async ({ checkoutId, orderToken }: z.output<typeof Pending>) =>
    Checkout.parse(
      (await as(shop.publishableKey, { 'order-token': orderToken }).get(`/v1/orders/checkouts/${checkoutId}`)).body,
    );

  it.each([
    ['card_timeout_authorized', 'completed', 'confirmed', undefined],
    ['card_timeout_lost', 'refused', undefined, 'checkout_failed'],
  ])('after %s is %s by the truth that the provider tells', async (method, status, order, refusal) => {
    const cart = await newCart([await newCoupon()]);
    const answer = await checkOut(api, shop, { cart, method });
    expect(answer.status).toBe(202);
    const pending = Pending.parse(answer.body);
    expect(answer.headers['location']).toBe(`/v1/orders/checkouts/${pending.checkoutId}`);
    await reconcile();
    expect((await asked(pending)).status).toBe('pending');

    await makeOverdue(shop.tenantId, pending.checkoutId);
    const checkout = await until('a verdict', async () => {
      await reconcile();
      const found = await asked(pending);
      return found.status === 'pending' ? undefined : found;
    });
    expect(checkout.status).toBe(status);
    expect(checkout.order?.status).toBe(order);
    expect(checkout.refusal?.code).toBe(refusal);
  });
});

describe('a cart that a dead checkout has locked', () => {
  it('is freed by the next one, and then ordered by the one after it', async () => {
    const cart = await newCart();
    const dead = defineId('ord').random();
    const key = { pk: `t#${shop.tenantId}#cart#${cart.id}`, sk: 'meta' };
    await setAttributes('carts', key, { status: 'ordering', orderId: dead, lockedAt: LONG_AGO });

    expect(problemCode(await checkOut(api, shop, { cart }))).toBe('cart_closed');
    expect((await checkOut(api, shop, { cart })).status).toBe(201);
    const refused = await as(shop.secretKey).get(`/v1/orders/checkouts/${dead}`);
    expect(Checkout.parse(refused.body)).toMatchObject({ status: 'refused', refusal: { code: 'checkout_failed' } });
  });
});

describe('an order with a long history', () => {
  it('keeps all of it, shows it as it was, and still answers its checkout', async () => {
    const cart = await newCart();
    const idempotencyKey = unique('key');
    const first = await checkOut(api, shop, { cart, idempotencyKey });
    const { order } = Placed.parse(first.body);
    const staff = as(shop.secretKey);
    const path = `/v1/orders/${order.id}`;

    for (let notes = 1; notes <= 40;) {
      const current = await staff.get(path);
      const etag = current.headers['etag'];
      const changed = await staff.patch(path, { note: `note ${notes}` }, { 'if-match': etag });
      // The payment's own entry may come in between.
      if (changed.status === 412) continue;
      expect(changed.status).toBe(200);
      notes += 1;
    }

    const events = z.object({ items: z.array(z.looseObject({ type: z.string(), version: z.number() })) });
    const { items } = events.parse((await staff.get(`${path}/events`)).body);
    expect(items.map(({ version }) => version)).toEqual(items.map((_, index) => index + 1));
    expect(items.slice(0, 2).map(({ type }) => type)).toEqual(['OrderPlaced', 'OrderConfirmed']);
    expect(items.filter(({ type }) => type === 'OrderUpdated')).toHaveLength(40);

    const now = Order.parse((await staff.get(path)).body);
    expect(now.note).toBe('note 40');
    const placedAt = z.looseObject({ createdAt: z.string() }).parse(order).createdAt;
    expect(Order.parse((await staff.get(`${path}?asOf=${placedAt}`)).body).status).toBe('pending');

    const again = await checkOut(api, shop, { cart, idempotencyKey });
    expect(again.status).toBe(201);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.body).toEqual(first.body);
  });
});
