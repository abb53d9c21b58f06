import * as z from 'zod';
import { type Instant, secondsAfter, toInstant } from '../../lib/runtime/clock.ts';
import { temporarilyUnavailable } from '../../lib/runtime/errors.ts';
import { defineRoute, type RequestOf, type UseCase } from '../../lib/runtime/route.ts';
import { MAX_CODES } from '../pricing/calls.ts';
import { mergeLines } from './changes.ts';
import { CART_SECONDS } from './create-cart.ts';
import type { CartDeps } from './get-cart.ts';
import { heldBy, stillOpen } from './holder.ts';
import {
  type Cart,
  cartClosed,
  cartId,
  cartNotFound,
  CartView,
  currencyDiffers,
  quantityTooLarge,
  tooManyLines,
} from './model.ts';
import { pricesOf } from './quoted-cart.ts';

export const mergeCartRoute = defineRoute({
  method: 'POST',
  path: '/v1/carts/{cartId}/merge',
  summary: "Take a guest's cart over after logging in",
  callers: ['customer'],
  idempotency: 'required',
  params: z.object({ cartId: cartId.schema }),
  response: CartView,
  status: 200,
  errors: [cartNotFound, cartClosed, currencyDiffers, tooManyLines, quantityTooLarge],
});

const MAX_TRIES = 10;

/** The customer's own choices come first; what they had not chosen yet comes from the guest's cart. */
const together = (own: Cart, guest: Cart): Cart => {
  if (own.currency !== guest.currency) {
    throw currencyDiffers(
      `Your cart is in ${own.currency}, the other one in ${guest.currency}. Order or empty one first.`,
    );
  }
  return {
    ...own,
    lines: mergeLines([...own.lines, ...guest.lines]),
    email: own.email ?? guest.email,
    shippingAddress: own.shippingAddress ?? guest.shippingAddress,
    shippingMethodId: own.shippingMethodId ?? guest.shippingMethodId,
    codes: [...new Set([...own.codes, ...guest.codes])].slice(0, MAX_CODES),
  };
};

/**
 * The guest's lines go into the customer's open cart; without one, the guest's cart becomes the customer's, and its token is
 * worth nothing any more. Doing it again answers with the same cart.
 */
export const mergeCart = ({ carts, ask, now }: CartDeps): UseCase<typeof mergeCartRoute> => {
  const prices = pricesOf(ask);

  const merge = async (request: RequestOf<typeof mergeCartRoute>): Promise<{ cart: Cart; replayed: boolean }> => {
    const { caller, params } = request;
    for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
      const moment = now();
      const at = toInstant(moment);
      const guest = heldBy(await carts.find(caller.tenant, params.cartId), request, at);
      if (guest.customerId === caller.actorId) return { cart: guest, replayed: true };
      const own = await ownCart(request, guest, at);
      if (guest.mergedInto !== null && own?.id === guest.mergedInto) return { cart: own, replayed: true };
      stillOpen(guest);
      const fresh = { updatedAt: at, expiresAt: secondsAfter(moment, CART_SECONDS) };
      if (own === undefined) {
        const mine = { customerId: caller.actorId, guestTokenHash: null, version: guest.version + 1 };
        const cart = { ...guest, ...mine, ...fresh };
        if (await carts.adopt(caller.tenant, cart, guest.version)) return { cart, replayed: false };
      } else {
        const cart = { ...together(own, guest), ...fresh, version: own.version + 1 };
        const absorbed = await carts.absorb(caller.tenant, { into: cart, intoSeen: own.version, from: guest });
        if (absorbed) return { cart, replayed: false };
      }
    }
    throw temporarilyUnavailable('The carts are being changed by others. Try again in a moment.', { retryAfter: 1 });
  };

  /** The open cart that the customer has already, or the one that the guest's cart went into. */
  const ownCart = async (
    { caller }: RequestOf<typeof mergeCartRoute>,
    guest: Cart,
    at: Instant,
  ): Promise<Cart | undefined> => {
    const own =
      guest.mergedInto === null
        ? await carts.currentOf(caller.tenant, caller.actorId)
        : await carts.find(caller.tenant, guest.mergedInto);
    if (own === undefined || own.customerId !== caller.actorId || own.expiresAt <= at) return undefined;
    return guest.mergedInto !== null || own.status === 'open' ? own : undefined;
  };

  return async (request) => {
    const { cart, replayed } = await merge(request);
    return { body: { ...cart, ...(await prices(cart, request)) }, version: cart.version, replayed };
  };
};
