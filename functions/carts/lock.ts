import type * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { Lock, LockedCart } from './calls.ts';
import { lockRefusal } from './lock-rule.ts';
import type { Cart } from './model.ts';
import type { CartStore, LockRequest } from './store.ts';

interface Deps {
  readonly carts: CartStore;
  readonly now: Clock;
}

const lockedCart = (cart: Cart): z.input<typeof LockedCart> => ({ ...cart, cartId: cart.id, email: cart.email ?? '' });

/** The call `lock`: one write, which answers with the cart. */
export const lock =
  ({ carts, now }: Deps) =>
  async (
    { tenant }: { readonly tenant: TenantId },
    { cartId, orderId, version, guestTokenHash, customerId, asStaff }: z.output<typeof Lock.input>,
  ): Promise<z.input<typeof Lock.output>> => {
    const holder = { guestTokenHash, customerId, asStaff };
    const request: LockRequest = { cartId, orderId, holder, version: version ?? undefined, now: toInstant(now()) };
    const outcome = await carts.lock(tenant, request);
    if ('locked' in outcome) return { status: 'locked', cart: lockedCart(outcome.locked) };
    return (
      lockRefusal(outcome.refused, request) ?? {
        status: 'refused',
        code: 'cart_changed',
        detail: 'The cart was changed at this very moment. Try again.',
      }
    );
  };
