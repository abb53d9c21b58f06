import * as z from 'zod';
import { call, problemCode } from '../lib/client/expect-status.ts';
import type { ApiClient } from '../lib/client/http.ts';
import { checkOut, createCart } from '../lib/client/sale.ts';
import type { Shop } from '../lib/client/shop.ts';
import type { ShopInput } from './work.ts';

/** A stock of 50 and 200 shoppers whose checkouts begin at once; seconds from the first request to the last answer. */
export const contention = async (
  api: ApiClient,
  shop: Shop,
  input: ShopInput,
): Promise<{ confirmed: number; outOfStock: number; others: Record<string, number>; seconds: number }> => {
  const variantId = input.variantIds[0] ?? '';
  await call(api, z.unknown(), 'POST', '/v1/inventory/adjustments', {
    credential: shop.secretKey,
    body: { reason: 'correction', lines: [{ variantId, setTo: 50 }] },
  });
  const wish = { currency: 'EUR', shippingMethodId: input.shippingMethodId, lines: [{ variantId, quantity: 1 }] };
  const carts = await Promise.all(Array.from({ length: 200 }, () => createCart(api, shop, wish)));
  const started = performance.now();
  const answers = await Promise.all(carts.map((cart) => checkOut(api, shop, { cart })));
  const seconds = (performance.now() - started) / 1000;
  const outcomes = answers.map((answer) => (answer.status === 201 ? 'confirmed' : problemCode(answer)));
  const count = (outcome: string): number => outcomes.filter((other) => other === outcome).length;
  const others = outcomes.filter((outcome) => outcome !== 'confirmed' && outcome !== 'out_of_stock');
  return {
    confirmed: count('confirmed'),
    outOfStock: count('out_of_stock'),
    others: Object.fromEntries(
      [...Map.groupBy(others, (outcome) => outcome)].map(([outcome, all]) => [outcome, all.length]),
    ),
    seconds,
  };
};
