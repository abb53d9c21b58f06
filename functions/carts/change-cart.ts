import * as z from 'zod';
import { secondsAfter, toInstant } from '../../lib/runtime/clock.ts';
import { temporarilyUnavailable, versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type RequestOf, type UseCase } from '../../lib/runtime/route.ts';
import { applyChanges, Change } from './changes.ts';
import { CART_SECONDS } from './create-cart.ts';
import type { CartDeps } from './get-cart.ts';
import { heldBy, stillOpen } from './holder.ts';
import {
  type Cart,
  cartClosed,
  cartId,
  cartNotFound,
  CartView,
  lineNotFound,
  quantityTooLarge,
  tooManyCodes,
  tooManyLines,
} from './model.ts';
import { pricesOf } from './quoted-cart.ts';

export const changeCartRoute = defineRoute({
  method: 'POST',
  path: '/v1/carts/{cartId}/changes',
  summary: 'Change a cart: all of the changes or none',
  callers: ['publishable'],
  ifMatch: 'optional',
  params: z.object({ cartId: cartId.schema }),
  body: z.strictObject({ changes: z.array(Change).min(1).max(100) }),
  response: CartView,
  status: 200,
  errors: [cartNotFound, cartClosed, lineNotFound, tooManyLines, tooManyCodes, quantityTooLarge, versionMismatch],
});

/** Without If-Match, changes of two tabs are both made, one after the other; so often a change is tried again. */
const MAX_TRIES = 10;

export const changeCart = ({ carts, ask, now }: CartDeps): UseCase<typeof changeCartRoute> => {
  const prices = pricesOf(ask);

  const change = async (request: RequestOf<typeof changeCartRoute>): Promise<Cart> => {
    const { caller, params, body, ifMatch } = request;
    for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
      const at = now();
      const before = stillOpen(heldBy(await carts.find(caller.tenant, params.cartId), request, toInstant(at)));
      if (ifMatch !== undefined && ifMatch !== before.version) {
        throw versionMismatch(
          `The cart has the version ${before.version} now. Look at it again, then repeat your change.`,
        );
      }
      const after = {
        ...applyChanges(before, body.changes),
        version: before.version + 1,
        updatedAt: toInstant(at),
        expiresAt: secondsAfter(at, CART_SECONDS),
      };
      if (await carts.save(caller.tenant, after, before.version)) return after;
    }
    throw temporarilyUnavailable('The cart is being changed by others. Try again in a moment.', { retryAfter: 1 });
  };

  return async (request) => {
    const cart = await change(request);
    return { body: { ...cart, ...(await prices(cart, request)) }, version: cart.version };
  };
};
