import { beforeAll, describe, expect, inject, it } from 'vitest';
import * as z from 'zod';
import { call, problemCode } from '../../lib/client/expect-status.ts';
import type { ApiResponse } from '../../lib/client/http.ts';
import { type Cart, checkOut, createCart, Placed } from '../../lib/client/sale.ts';
import { SHIPPING_METHOD, type Shop } from '../../lib/client/shop.ts';
import { until } from '../../lib/client/until.ts';
import { api, newProduct, newShop, unique } from './world.ts';

const Levels = z.looseObject({
  items: z.array(z.looseObject({ available: z.number(), reserved: z.number() })),
});
const levelOf = async (shop: Shop, variantId: string) => {
  const { items } = await call(api, Levels, 'GET', `/v1/inventory/levels?variantIds=${variantId}`, {
    credential: shop.secretKey,
  });
  return {
    available: items.reduce((sum, level) => sum + level.available, 0),
    taken: items.reduce((sum, level) => sum + level.reserved, 0),
  };
};
/** In rough weather a hundred who want one code may wear out the tries of a step; who is told so tries again. */
const checkOutPatiently = async (shop: Shop, cart: Cart): Promise<ApiResponse> => {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await checkOut(api, shop, { cart });
    if (attempt >= inject('attempts') || problemCode(answer) !== 'checkout_failed') return answer;
  }
};

/** `150 x 409 out_of_stock, 50 x confirmed` */
const tally = (codes: readonly string[]): string =>
  [...Map.groupBy(codes, (code) => code)]
    .map(([code, all]) => `${all.length} x ${code}`)
    .sort()
    .join(', ');

describe('many shoppers at once', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await newShop('rush');
  });

  it('200 for a stock of 50 are 50 orders and 150 clear refusals, and the stock adds up', async () => {
    const { variantId } = await newProduct(shop, { pieces: 50 });
    const carts = await Promise.all(
      Array.from({ length: 200 }, () =>
        createCart(api, shop, {
          currency: 'EUR',
          lines: [{ variantId, quantity: 1 }],
          shippingMethodId: SHIPPING_METHOD,
        }),
      ),
    );
    const answers = await Promise.all(carts.map((cart) => checkOut(api, shop, { cart })));
    const codes = answers.map((answer) =>
      answer.status === 201 ? 'confirmed' : `${answer.status} ${problemCode(answer)}`,
    );
    expect(tally(codes)).toBe('150 x 409 out_of_stock, 50 x confirmed');
    expect(await levelOf(shop, variantId)).toEqual({ available: 0, taken: 50 });
  });

  it('100 for a coupon of 10 redeem it ten times', async () => {
    const { variantId } = await newProduct(shop, { pieces: 'untracked' });
    const code = unique('TENONLY').toUpperCase();
    const promotion = await call(api, z.looseObject({ id: z.string() }), 'POST', '/v1/pricing/promotions', {
      credential: shop.secretKey,
      body: { name: 'Ten only', discount: { type: 'percent', ratePpm: 100_000 } },
    });
    await call(api, z.unknown(), 'POST', `/v1/pricing/promotions/${promotion.id}/codes`, {
      credential: shop.secretKey,
      body: { code, limit: 10 },
    });
    const carts = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        createCart(api, shop, {
          currency: 'EUR',
          lines: [{ variantId, quantity: 1 }],
          shippingMethodId: SHIPPING_METHOD,
          codes: [code],
          email: `shopper${index}@example.com`,
        }),
      ),
    );
    const answers = await Promise.all(carts.map((cart) => checkOutPatiently(shop, cart)));
    const codes = answers.map((answer) =>
      answer.status === 201 ? 'confirmed' : `${answer.status} ${problemCode(answer)}`,
    );
    expect(tally(codes)).toBe('10 x confirmed, 90 x 409 coupon_exhausted');
  });

  it('two tabs that check out one cart get one order', async () => {
    const { variantId } = await newProduct(shop, { pieces: 10 });
    const cart = await createCart(api, shop, {
      currency: 'EUR',
      lines: [{ variantId, quantity: 1 }],
      shippingMethodId: SHIPPING_METHOD,
    });
    const answers = await Promise.all([checkOut(api, shop, { cart }), checkOut(api, shop, { cart })]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409]);
    await until('one piece to be taken', async () => ((await levelOf(shop, variantId)).taken === 1 ? true : undefined));
    expect((await levelOf(shop, variantId)).available).toBe(9);
  });

  it('the same request twice is one order with the same answer', async () => {
    const { variantId } = await newProduct(shop, { pieces: 10 });
    const cart = await createCart(api, shop, {
      currency: 'EUR',
      lines: [{ variantId, quantity: 1 }],
      shippingMethodId: SHIPPING_METHOD,
    });
    const wish = { cart, idempotencyKey: `twice-${cart.id}` };
    const first = await checkOut(api, shop, wish);
    const second = await checkOut(api, shop, wish);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(Placed.parse(second.body).order.id).toBe(Placed.parse(first.body).order.id);
    expect(second.headers['idempotent-replayed']).toBe('true');
    expect((await levelOf(shop, variantId)).available).toBe(9);
    const other = await checkOut(api, shop, { ...wish, expectedTotal: 1 });
    expect([other.status, problemCode(other)]).toEqual([422, 'idempotency_key_reused']);
  });

  it('a cart that was changed after the quote is refused with the new total, and then works', async () => {
    const { variantId } = await newProduct(shop, { pieces: 10 });
    const cart = await createCart(api, shop, {
      currency: 'EUR',
      lines: [{ variantId, quantity: 1 }],
      shippingMethodId: SHIPPING_METHOD,
    });
    await call(api, z.unknown(), 'POST', `/v1/carts/${cart.id}/changes`, {
      credential: shop.publishableKey,
      headers: { 'cart-token': cart.token ?? undefined },
      body: { changes: [{ op: 'setQuantity', variantId, quantity: 2 }] },
    });
    const stale = await checkOut(api, shop, { cart });
    expect([stale.status, problemCode(stale)]).toEqual([409, 'total_changed']);
    const problem = z.looseObject({ quote: z.looseObject({ total: z.number() }) }).parse(stale.body);
    expect(problem.quote.total).toBe(2 * 1000 + 490);
    const fresh = await checkOut(api, shop, { cart, expectedTotal: problem.quote.total });
    expect(fresh.status).toBe(201);
  });
});
