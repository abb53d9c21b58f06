import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Cart, checkOut, createCart, Placed } from '../../lib/client/sale.ts';
import { SHIPPING_METHOD, type Shop } from '../../lib/client/shop.ts';
import { until } from '../../lib/client/until.ts';
import { as, asUnseen, outcome } from './caller.ts';
import { makeOverdue, reconcile } from './dead-work.ts';
import { api, newProduct, newShop, operatorKey, unique } from './world.ts';

const Order = z.looseObject({ status: z.string(), paymentStatus: z.string(), createdAt: z.string() });
const Usage = z.object({
  orders: z.number(),
  days: z.array(z.object({ date: z.string(), orders: z.number() })),
  months: z.array(z.object({ orders: z.number() })),
});

const cartOf = (shop: Shop, variantId: string): Promise<Cart> =>
  createCart(api, shop, {
    currency: 'EUR',
    lines: [{ variantId, quantity: 1 }],
    shippingMethodId: SHIPPING_METHOD,
  });
const orderOf = async (shop: Shop, id: string) => Order.parse((await as(shop.secretKey).get(`/v1/orders/${id}`)).body);

/** The tenant's usage since an instant, once it counts so many orders. */
const usageOf = (shop: Shop, since: string, orders: number) =>
  until(`${orders} orders to be counted`, async () => {
    const { body } = await as(shop.secretKey).get(`/v1/tenants/current/usage?from=${since.slice(0, 10)}`);
    const usage = Usage.parse(body);
    return usage.orders >= orders ? usage : undefined;
  });

describe('a tenant that is suspended while it sells', () => {
  it('finishes the orders that were started, begins no other, and goes on when it is resumed', async () => {
    const shop = await newShop('halted');
    const { variantId } = await newProduct(shop, { pieces: 10 });
    const operator = as(operatorKey);
    const waiting = await cartOf(shop, variantId);
    const undecided = await checkOut(api, shop, {
      cart: await cartOf(shop, variantId),
      method: 'card_timeout_authorized',
    });
    const pending = z.object({ checkoutId: z.string(), status: z.literal('pending') }).parse(undecided.body);
    const { order } = Placed.parse((await checkOut(api, shop, { cart: await cartOf(shop, variantId) })).body);
    expect(outcome(await operator.post(`/v1/tenants/${shop.tenantId}/suspend`))).toBe('200');

    const { quote } = waiting;
    const checkout = {
      cartId: waiting.id,
      expectedTotal: { amount: quote?.total, currency: quote?.currency },
      payment: { provider: 'test', method: 'card_approved' },
    };
    const buy = (idempotencyKey: string) =>
      asUnseen(shop.publishableKey).post('/v1/orders/checkouts', checkout, {
        'cart-token': waiting.token ?? undefined,
        'idempotency-key': idempotencyKey,
      });
    expect(outcome(await buy(unique('halted')))).toBe('403 tenant_suspended');

    await makeOverdue(shop.tenantId, pending.checkoutId);
    for (const id of [order.id, pending.checkoutId]) {
      const finished = await until(`order ${id} to be paid`, async () => {
        await reconcile();
        const found = await orderOf(shop, id);
        return found.paymentStatus === 'captured' ? found : undefined;
      });
      expect(finished.status).toBe('confirmed');
    }
    const { createdAt } = await orderOf(shop, order.id);
    expect((await usageOf(shop, createdAt, 2)).orders).toBe(2);
    const levels = await as(shop.secretKey).get(`/v1/inventory/levels?variantIds=${variantId}`);
    expect(levels.body).toMatchObject({ items: [{ available: 8, reserved: 2 }] });

    expect(outcome(await operator.post(`/v1/tenants/${shop.tenantId}/resume`))).toBe('200');
    expect(outcome(await buy(unique('resumed')))).toBe('201');
  });
});

describe('the usage of a tenant', () => {
  it('counts each order that was confirmed, once, whatever becomes of it', async () => {
    const shop = await newShop('counted');
    const { variantId } = await newProduct(shop, { pieces: 'untracked' });
    const refused = await checkOut(api, shop, { cart: await cartOf(shop, variantId), method: 'card_declined' });
    expect(outcome(refused)).toBe('402 payment_declined');
    const wish = { cart: await cartOf(shop, variantId), idempotencyKey: unique('counted') };
    const first = Placed.parse((await checkOut(api, shop, wish)).body);
    const again = await checkOut(api, shop, wish);
    expect(again.headers['idempotent-replayed']).toBe('true');
    const { createdAt } = await orderOf(shop, first.order.id);
    await usageOf(shop, createdAt, 1);
    const cancelled = await as(shop.secretKey).post(`/v1/orders/${first.order.id}/cancel`, {
      reason: 'customer',
      restock: true,
    });
    expect(outcome(cancelled)).toBe('200');
    await until('the money to be given back', async () =>
      (await orderOf(shop, first.order.id)).paymentStatus === 'refunded' ? true : undefined,
    );
    expect(outcome(await checkOut(api, shop, { cart: await cartOf(shop, variantId) }))).toBe('201');

    const usage = await usageOf(shop, createdAt, 2);
    expect(usage.orders).toBe(2);
    for (const parts of [usage.days, usage.months]) {
      expect(parts.reduce((sum, part) => sum + part.orders, 0)).toBe(2);
    }
  });
});
