import type * as z from 'zod';
import type { Lock } from './calls.ts';
import type { Cart } from './model.ts';
import type { LockHolder, LockRequest } from './store.ts';

type Refusal = Extract<z.output<typeof Lock.output>, { status: 'refused' }>;

const mayLock = (cart: Cart, holder: LockHolder): boolean =>
  holder.asStaff === true ||
  ((holder.guestTokenHash ?? null) !== null && cart.guestTokenHash === holder.guestTokenHash) ||
  ((holder.customerId ?? null) !== null && cart.customerId === holder.customerId);

/**
 * Why a cart cannot be locked, undefined when it can. The table's store asks the same in its condition; this names the reason
 * afterwards.
 */
export const lockRefusal = (cart: Cart | undefined, request: LockRequest): Refusal | undefined => {
  const refuse = (code: Refusal['code'], detail: string): Refusal => ({ status: 'refused', code, detail });
  if (cart === undefined || cart.expiresAt <= request.now || !mayLock(cart, request.holder)) {
    return refuse('cart_not_found', 'No such cart, or it has expired, or it is not yours.');
  }
  const free = cart.status === 'open' || (cart.status === 'ordering' && cart.orderId === request.orderId);
  if (!free || cart.refused.includes(request.orderId)) {
    if (cart.status !== 'ordering') return refuse('cart_closed', 'This cart has been ordered already.');
    return {
      ...refuse('cart_closed', 'Another order is being made of this cart.'),
      ...(cart.orderId === null || cart.lockedAt === null ? {} : { lockedBy: cart.orderId, lockedAt: cart.lockedAt }),
    };
  }
  if (request.version !== undefined && request.version !== cart.version) {
    return refuse('cart_changed', 'The cart was changed meanwhile. Look at it again, then order.');
  }
  if (cart.lines.length === 0) return refuse('cart_incomplete', 'The cart is empty.');
  if (cart.email === null) return refuse('cart_incomplete', 'The cart has no email address. Set one with setEmail.');
  return undefined;
};
