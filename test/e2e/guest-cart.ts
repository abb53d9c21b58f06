import * as z from 'zod';
import type { Shop } from '../../lib/client/shop.ts';
import { as } from './caller.ts';
import { certain } from './careful-client.ts';

export const Cart = z.looseObject({
  id: z.string(),
  version: z.number(),
  status: z.string(),
  lines: z.array(z.object({ variantId: z.string(), quantity: z.number() })),
  codes: z.array(z.string()),
  expiresAt: z.string(),
  createdAt: z.string(),
  quote: z.looseObject({ total: z.number() }).nullable(),
  problem: z.looseObject({ code: z.string() }).nullable(),
});
export const GuestCart = Cart.extend({ token: z.string() });

/** Makes a guest's cart, and what its holder does with it. One whose token was in an answer that was lost is nobody's. */
export const newGuestCart = async (shop: Shop, more: Record<string, unknown> = {}) => {
  const make = () => as(shop.publishableKey).post('/v1/carts', { currency: 'EUR', locale: 'de', ...more });
  let made = await make();
  while (made.repeated && Cart.extend({ token: z.null() }).safeParse(made.body).success) made = await make();
  const cart = GuestCart.parse(made.body);
  const guest = as(shop.publishableKey, { 'cart-token': cart.token });
  const path = `/v1/carts/${cart.id}`;
  return {
    ...cart,
    path,
    read: async () => Cart.parse((await guest.get(path)).body),
    // Without a version, what is repeated may be done twice.
    change: async (changes: unknown, headers: Record<string, string> = {}) =>
      certain(await guest.post(`${path}/changes`, { changes }, headers)),
    // What is refused may be repeated: it is refused again.
    refusedChange: async (changes: unknown) => guest.post(`${path}/changes`, { changes }),
    guest,
  };
};
