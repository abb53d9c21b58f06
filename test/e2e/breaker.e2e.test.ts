import { describe, expect, it } from 'vitest';
import { problemCode } from '../../lib/client/expect-status.ts';
import { checkOut, createCart, Placed } from '../../lib/client/sale.ts';
import { SHIPPING_METHOD } from '../../lib/client/shop.ts';
import { until } from '../../lib/client/until.ts';
import { api, newProduct, newShop } from './world.ts';

describe('a payment provider that does not answer', () => {
  it('is left alone for a moment, in which a checkout is told at once when to come again', async () => {
    const shop = await newShop('breaker');
    const { variantId } = await newProduct(shop, { pieces: 'untracked' });
    const buy = async (method: string) => {
      const lines = [{ variantId, quantity: 1 }];
      const cart = await createCart(api, shop, { currency: 'EUR', lines, shippingMethodId: SHIPPING_METHOD });
      return checkOut(api, shop, { cart, method });
    };
    const refused = await until(
      'the circuit to open',
      async () => {
        const answer = await buy('card_timeout_lost');
        return answer.status === 202 ? undefined : answer;
      },
      { timeoutMs: 60_000, everyMs: 0 },
    );
    expect(refused.status).toBe(503);
    expect(problemCode(refused)).toBe('temporarily_unavailable');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);

    const placed = await until(
      'the provider to be tried again',
      async () => {
        const answer = await buy('card_approved');
        return answer.status === 503 ? undefined : answer;
      },
      { timeoutMs: 90_000, everyMs: 500 },
    );
    expect(Placed.parse(placed.body).order).toMatchObject({ status: 'confirmed' });
  });
});
