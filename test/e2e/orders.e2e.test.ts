import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { call, problemCode } from '../../lib/client/expect-status.ts';
import { type Cart, checkOut, createCart, Placed } from '../../lib/client/sale.ts';
import { SHIPPING_METHOD, type Shop } from '../../lib/client/shop.ts';
import { until } from '../../lib/client/until.ts';
import { invoke } from './deployer.ts';
import { newCustomer } from './people.ts';
import { api, newProduct, newShop, unique } from './world.ts';

const Order = z.looseObject({ id: z.string(), status: z.string(), paymentStatus: z.string(), number: z.string() });
const Payment = z.looseObject({ id: z.string(), status: z.string() });
const Payments = z.looseObject({ items: z.array(Payment) });
const Orders = z.looseObject({ items: z.array(z.looseObject({ id: z.string(), orderId: z.string().optional() })) });
const Levels = z.looseObject({
  items: z.array(z.looseObject({ available: z.number(), reserved: z.number(), onHand: z.number() })),
});

let shop: Shop;
let later: Shop;
const variants = new Map<Shop, string>();

beforeAll(async () => {
  [shop, later] = await Promise.all([newShop('orders'), newShop('later')]);
  const current = await api.send('GET', '/v1/tenants/current', { credential: later.secretKey });
  // The settings travel with the credential: the publishable key was not used yet, so it comes with the new ones.
  await call(api, z.unknown(), 'PATCH', '/v1/tenants/current', {
    credential: later.secretKey,
    headers: { 'if-match': current.headers['etag'] },
    body: { settings: { capture: 'fulfilment', orderPrefix: 'L-' } },
  });
  for (const one of [shop, later]) variants.set(one, (await newProduct(one, { pieces: 1000 })).variantId);
});

const cartOf = (of: Shop, quantity = 1): Promise<Cart> =>
  createCart(api, of, {
    currency: 'EUR',
    lines: [{ variantId: variants.get(of) ?? '', quantity }],
    shippingMethodId: SHIPPING_METHOD,
  });

const order = async (of: Shop, method = 'card_approved'): Promise<Placed> => {
  const answer = await checkOut(api, of, { cart: await cartOf(of), method });
  expect([answer.status, answer.text.slice(0, 300)]).toEqual([201, expect.any(String)]);
  return Placed.parse(answer.body);
};

/** The order once its payment is so far; events need a moment. */
const orderWith = (of: Shop, id: string, paymentStatus: string) =>
  until(`order ${id} to be ${paymentStatus}`, async () => {
    const seen = await call(api, Order, 'GET', `/v1/orders/${id}`, { credential: of.secretKey });
    return seen.paymentStatus === paymentStatus ? seen : undefined;
  });

const paymentOf = async (of: Shop, id: string) => {
  const { items } = await call(api, Payments, 'GET', `/v1/payments?orderId=${id}`, { credential: of.secretKey });
  const [payment] = items;
  if (payment === undefined) throw new Error(`Order ${id} has no payment`);
  return payment;
};

const stockOf = async (of: Shop) => {
  const { items } = await call(api, Levels, 'GET', `/v1/inventory/levels?variantIds=${variants.get(of)}`, {
    credential: of.secretKey,
  });
  return {
    available: items.reduce((sum, level) => sum + level.available, 0),
    reserved: items.reduce((sum, level) => sum + level.reserved, 0),
  };
};

describe('an order', () => {
  it('is paid by itself after the checkout, and its checkout tells how it went', async () => {
    const { order: placed, orderToken } = await order(shop);
    expect((await orderWith(shop, placed.id, 'captured')).status).toBe('confirmed');
    const guest = { credential: shop.publishableKey, headers: { 'order-token': orderToken ?? undefined } };
    const checkout = await call(
      api,
      z.looseObject({ status: z.string() }),
      'GET',
      `/v1/orders/checkouts/${placed.id}`,
      guest,
    );
    expect(checkout.status).toBe('completed');
    const stranger = await api.send('GET', `/v1/orders/checkouts/${placed.id}`, { credential: shop.publishableKey });
    expect(stranger.status).toBe(404);
    const wrongToken = await api.send('GET', `/v1/orders/${placed.id}`, {
      credential: shop.publishableKey,
      headers: { 'order-token': 'x'.repeat(40) },
    });
    expect(wrongToken.status).toBe(404);
  });

  it('that is cancelled gives back stock and money, once', async () => {
    const { order: placed } = await order(shop);
    await orderWith(shop, placed.id, 'captured');
    const before = await stockOf(shop);
    const request = {
      credential: shop.secretKey,
      idempotencyKey: `cancel-${placed.id}`,
      body: { reason: 'customer', restock: true },
    };
    const first = await api.send('POST', `/v1/orders/${placed.id}/cancel`, request);
    const second = await api.send('POST', `/v1/orders/${placed.id}/cancel`, request);
    expect([first.status, second.status, second.headers['idempotent-replayed']]).toEqual([200, 200, 'true']);
    await orderWith(shop, placed.id, 'refunded');
    await until('the stock to be back', async () =>
      (await stockOf(shop)).available === before.available + 1 ? true : undefined,
    );
    const again = await api.send('POST', `/v1/orders/${placed.id}/cancel`, {
      ...request,
      idempotencyKey: `other-${placed.id}`,
    });
    expect([again.status, problemCode(again)]).toEqual([409, 'order_state_conflict']);
  });

  it('is fulfilled as a whole, and cannot be cancelled then', async () => {
    const { order: placed } = await order(shop);
    await orderWith(shop, placed.id, 'captured');
    const before = await stockOf(shop);
    const fulfilled = await call(api, Order, 'POST', `/v1/orders/${placed.id}/fulfilments`, {
      credential: shop.secretKey,
      body: { tracking: { carrier: 'Post', number: '123' } },
    });
    expect(fulfilled.status).toBe('fulfilled');
    const late = await api.send('POST', `/v1/orders/${placed.id}/cancel`, {
      credential: shop.secretKey,
      body: { reason: 'other', restock: true },
    });
    expect([late.status, problemCode(late)]).toEqual([409, 'order_state_conflict']);
    const twice = await api.send('POST', `/v1/orders/${placed.id}/fulfilments`, {
      credential: shop.secretKey,
      body: {},
    });
    expect(twice.status).toBe(409);
    await until('what was shipped to leave the stock', async () =>
      (await stockOf(shop)).reserved === before.reserved - 1 ? true : undefined,
    );
  });

  it('takes notes of staff under the version that they read', async () => {
    const { order: placed } = await order(shop);
    const credential = shop.secretKey;
    await orderWith(shop, placed.id, 'captured');
    const read = await api.send('GET', `/v1/orders/${placed.id}`, { credential });
    const path = `/v1/orders/${placed.id}`;
    const body = { note: 'Wrap it', metadata: { gift: 'yes' } };
    expect((await api.send('PATCH', path, { credential, body })).status).toBe(428);
    expect((await api.send('PATCH', path, { credential, body, headers: { 'if-match': '"v999"' } })).status).toBe(412);
    expect(
      (await api.send('PATCH', path, { credential, body, headers: { 'if-match': read.headers['etag'] } })).status,
    ).toBe(200);
    const guest = await api.send('GET', path, { credential: shop.publishableKey });
    expect(guest.status).toBe(404);
  });

  it('is listed for its shop by number and status', async () => {
    const { order: placed } = await order(shop);
    const listed = await until('the order to be listed', async () => {
      const { items } = await call(
        api,
        z.looseObject({ items: z.array(Order) }),
        'GET',
        `/v1/orders?number=${encodeURIComponent(placed.number)}`,
        { credential: shop.secretKey },
      );
      return items.length > 0 ? items : undefined;
    });
    expect(listed.map((one) => one.id)).toEqual([placed.id]);
  });
});

describe('the lists of a shop', () => {
  const idsIn = async (path: string, credential: string): Promise<string[]> => {
    const { items } = await call(api, Orders, 'GET', path, { credential });
    return items.map(({ id, orderId }) => orderId ?? id);
  };

  it('have the orders of a guest by their email, and of a customer by their id, and nobody else’s', async () => {
    const email = `${unique('guest')}@example.com`;
    const cart = await createCart(api, shop, {
      currency: 'EUR',
      lines: [{ variantId: variants.get(shop) ?? '', quantity: 1 }],
      shippingMethodId: SHIPPING_METHOD,
      email,
    });
    const { order: placed } = Placed.parse((await checkOut(api, shop, { cart })).body);
    const listed = await until('the order to be listed', async () => {
      const ids = await idsIn(`/v1/orders?email=${encodeURIComponent(email)}`, shop.secretKey);
      return ids.length > 0 ? ids : undefined;
    });
    expect(listed).toEqual([placed.id]);
    expect(await idsIn('/v1/orders', (await newCustomer(shop)).accessToken)).toEqual([]);
  });

  it('have the payments, the newest first, page by page', async () => {
    const { order: placed } = await order(shop);
    await until('the payment to be listed', async () =>
      (await idsIn('/v1/payments?limit=100', shop.secretKey)).includes(placed.id) ? true : undefined,
    );
    await order(shop);
    const Page = z.looseObject({ items: z.array(Payment), next: z.string() });
    const first = await call(api, Page, 'GET', '/v1/payments?limit=1', { credential: shop.secretKey });
    const second = await call(api, Page, 'GET', `/v1/payments?limit=1&cursor=${encodeURIComponent(first.next)}`, {
      credential: shop.secretKey,
    });
    expect([first.items.length, second.items.length]).toEqual([1, 1]);
    expect(second.items[0]?.id).not.toBe(first.items[0]?.id);
  });
});

describe('a coupon that may be used once', () => {
  const cartsWithCoupon = async (): Promise<() => Promise<Cart>> => {
    const credential = shop.secretKey;
    const code = unique('once').toUpperCase();
    const promotion = await call(api, z.looseObject({ id: z.string() }), 'POST', '/v1/pricing/promotions', {
      credential,
      body: { name: code, discount: { type: 'percent', ratePpm: 100_000 } },
    });
    await call(api, z.unknown(), 'POST', `/v1/pricing/promotions/${promotion.id}/codes`, {
      credential,
      body: { code, limit: 1, perCustomer: 1 },
    });
    return () =>
      createCart(api, shop, {
        currency: 'EUR',
        lines: [{ variantId: variants.get(shop) ?? '', quantity: 1 }],
        shippingMethodId: SHIPPING_METHOD,
        codes: [code],
      });
  };

  it('is given back by a card that is declined', async () => {
    const cart = await (await cartsWithCoupon())();
    const declined = await checkOut(api, shop, { cart, method: 'card_declined' });
    expect([declined.status, problemCode(declined)]).toEqual([402, 'payment_declined']);
    expect((await checkOut(api, shop, { cart })).status).toBe(201);
  });

  it('is given back once by the undo of its order, however often that is done', async () => {
    const newCart = await cartsWithCoupon();
    const { order: placed } = Placed.parse((await checkOut(api, shop, { cart: await newCart() })).body);
    // The undo of a checkout races with the event of its refusal; here it is alone.
    const undo = { tenant: shop.tenantId, traceId: 'undo', input: { orderId: placed.id } };
    await invoke('pricing', 'unredeem', undo);
    await invoke('pricing', 'unredeem', undo);
    expect((await checkOut(api, shop, { cart: await newCart() })).status).toBe(201);
    expect(problemCode(await checkOut(api, shop, { cart: await newCart() }))).toBe('coupon_exhausted');
  });
});

describe('a card', () => {
  it.each([
    ['card_declined', 402, 'payment_declined'],
    ['card_insufficient_funds', 402, 'payment_declined'],
    ['card_authentication_required', 402, 'authentication_required'],
  ])('%s is refused, with everything undone', async (method, status, code) => {
    const before = await stockOf(shop);
    const cart = await cartOf(shop);
    const answer = await checkOut(api, shop, { cart, method });
    expect([answer.status, problemCode(answer)]).toEqual([status, code]);
    await until('the stock to be as it was', async () =>
      (await stockOf(shop)).available === before.available ? true : undefined,
    );
    expect((await checkOut(api, shop, { cart })).status).toBe(201);
  });

  it('that fails at the capture leaves a confirmed order with a failed payment', async () => {
    const { order: placed } = await order(shop, 'card_capture_fails');
    expect((await orderWith(shop, placed.id, 'payment_failed')).status).toBe('confirmed');
  });
});

describe('a payment that is captured at the fulfilment', () => {
  it('is captured by hand, and refunded by hand', async () => {
    const { order: placed } = await order(later);
    expect(placed.number).toMatch(/^L-/);
    const payment = await paymentOf(later, placed.id);
    expect(payment.status).toBe('authorized');
    const credential = later.secretKey;
    const refundTooSoon = await api.send('POST', `/v1/payments/${payment.id}/refunds`, { credential, body: {} });
    expect(refundTooSoon.status).toBe(409);
    expect(
      (await call(api, Payment, 'POST', `/v1/payments/${payment.id}/capture`, { credential, body: {} })).status,
    ).toBe('captured');
    expect(
      (await call(api, Payment, 'POST', `/v1/payments/${payment.id}/refunds`, { credential, body: {} })).status,
    ).toBe('refunded');
    expect((await call(api, Payment, 'GET', `/v1/payments/${payment.id}`, { credential })).status).toBe('refunded');
    await orderWith(later, placed.id, 'refunded');
  });

  it('is voided by hand', async () => {
    const { order: placed } = await order(later);
    const payment = await paymentOf(later, placed.id);
    const voided = await call(api, Payment, 'POST', `/v1/payments/${payment.id}/void`, { credential: later.secretKey });
    expect(voided.status).toBe('voided');
    const captured = await api.send('POST', `/v1/payments/${payment.id}/capture`, {
      credential: later.secretKey,
      body: {},
    });
    expect(captured.status).toBe(409);
  });

  it('is captured when the order is fulfilled', async () => {
    const { order: placed } = await order(later);
    await call(api, Order, 'POST', `/v1/orders/${placed.id}/fulfilments`, { credential: later.secretKey, body: {} });
    expect((await orderWith(later, placed.id, 'captured')).status).toBe('fulfilled');
  });
});
