import type { Instant } from '../../lib/runtime/clock.ts';
import { hashCartToken } from './calls.ts';
import { type Cart, cartClosed, cartNotFound } from './model.ts';

/** Who asks for a cart: a customer by the token's id, a guest by the Cart-Token. */
export interface Holder {
  readonly caller: { readonly kind: string; readonly actorId: string };
  readonly guestToken: string | undefined;
}

const holds = (cart: Cart, { caller, guestToken }: Holder): boolean =>
  (caller.kind === 'customer' && cart.customerId === caller.actorId) ||
  (guestToken !== undefined && cart.guestTokenHash !== null && hashCartToken(guestToken) === cart.guestTokenHash);

/**
 * The cart, if it is there for this holder. Somebody else's and an expired one are as if they did not exist.
 * @throws cart_not_found (404)
 */
export const heldBy = (cart: Cart | undefined, holder: Holder, now: Instant): Cart => {
  if (cart !== undefined && cart.expiresAt > now && holds(cart, holder)) return cart;
  throw cartNotFound(
    'No such cart, or it is not yours. Guests send the header Cart-Token; carts expire after 30 days.',
  );
};

/** @throws cart_closed (409) when the cart is being ordered or has become an order */
export const stillOpen = (cart: Cart): Cart => {
  if (cart.status === 'open') return cart;
  throw cartClosed(
    cart.status === 'ordering'
      ? 'The cart is being ordered at this moment. If the order is refused, the cart is open again.'
      : 'The cart has become an order or part of another cart. Begin a new one.',
  );
};
