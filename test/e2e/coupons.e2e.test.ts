import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { call } from '../../lib/client/expect-status.ts';
import { checkOut, createCart, Placed } from '../../lib/client/sale.ts';
import type { ApiResponse } from '../../lib/client/http.ts';
import { SHIPPING_METHOD, type Shop } from '../../lib/client/shop.ts';
import { until } from '../../lib/client/until.ts';
import { outcome } from './caller.ts';
import { api, newProduct, newShop, unique } from './world.ts';

describe('a code that each customer may use once', () => {
  let shop: Shop;
  let variantId: string;
  let code: string;

  beforeAll(async () => {
    shop = await newShop('coupons');
    ({ variantId } = await newProduct(shop, { pieces: 'untracked' }));
    code = unique('each').toUpperCase();
    const promotion = await call(api, z.looseObject({ id: z.string() }), 'POST', '/v1/pricing/promotions', {
      credential: shop.secretKey,
      body: { name: 'Once each', discount: { type: 'percent', ratePpm: 100_000 } },
    });
    const codes = `/v1/pricing/promotions/${promotion.id}/codes`;
    await call(api, z.unknown(), 'POST', codes, { credential: shop.secretKey, body: { code, perCustomer: 1 } });
  });

  /** Buys one piece with the code, 10 % off. */
  const order = async (email: string, method?: string): Promise<ApiResponse> => {
    const cart = await createCart(api, shop, {
      currency: 'EUR',
      lines: [{ variantId, quantity: 1 }],
      shippingMethodId: SHIPPING_METHOD,
      codes: [code],
      email,
    });
    expect(cart.quote).toMatchObject({ subtotal: 1000, discountTotal: 100 });
    return checkOut(api, shop, { cart, ...(method === undefined ? {} : { method }) });
  };
  const buy = async (email: string, method?: string): Promise<string> => outcome(await order(email, method));

  it('is refused to the same customer the second time, however the address is written, and not to others', async () => {
    const [name, other] = [unique('one'), unique('other')];
    expect(await buy(`${name}@example.com`)).toBe('201');
    expect(await buy(`${name}@example.com`)).toBe('409 coupon_exhausted');
    expect(await buy(`${name.toUpperCase()}@Example.com`)).toBe('409 coupon_exhausted');
    expect(await buy(`${other}@example.com`)).toBe('201');
  });

  it('is used by one of several orders that the customer places at once', async () => {
    const email = `${unique('many')}@example.com`;
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => buy(email)));
    expect(outcomes.toSorted()).toEqual(['201', ...[1, 2, 3].map(() => '409 coupon_exhausted')]);
  });

  it('comes back when the order is refused', async () => {
    const email = `${unique('back')}@example.com`;
    expect(await buy(email, 'card_declined')).toBe('402 payment_declined');
    // The undo runs once inline and once by the event of the refusal; the code is there again by either.
    await until('the code to be there again', async () => ((await buy(email)) === '201' ? true : undefined));
    expect(await buy(email)).toBe('409 coupon_exhausted');
  });

  it('comes back, once, when the order is cancelled', async () => {
    const email = `${unique('cancelled')}@example.com`;
    const placed = Placed.parse((await order(email)).body);
    expect(await buy(email)).toBe('409 coupon_exhausted');
    const cancelled = await api.send('POST', `/v1/orders/${placed.order.id}/cancel`, {
      credential: shop.secretKey,
      body: { reason: 'customer', restock: true },
    });
    expect(outcome(cancelled)).toBe('200');
    await until('the code to be there again', async () => ((await buy(email)) === '201' ? true : undefined));
    expect(await buy(email)).toBe('409 coupon_exhausted');
  });
});
