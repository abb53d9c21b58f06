import type { Callable } from '../../lib/runtime/call.ts';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { SYSTEM_ACTOR, type TenantId } from '../../lib/runtime/tenant.ts';
import type { Unlock } from '../carts/calls.ts';
import type { CheckoutRun } from './checkout.ts';
import { failedCheckout } from './refusal.ts';
import type { OpenOrders } from './store.ts';

/** No workflow lives half as long. */
const ABANDONED_AFTER_MS = 60_000;

interface Deps {
  readonly orders: OpenOrders;
  readonly unlockCart: Callable<typeof Unlock>;
  readonly now: Clock;
}

/**
 * A workflow that dies between its first steps leaves a locked cart and no order that anyone would look after. Whoever
 * meets such a lock frees the cart for the next try: a rejected order is put where the workflow's would be, so that it
 * can never come, and then the cart is opened.
 */
export const freeAbandonedCart = async (
  { orders, unlockCart, now }: Deps,
  context: { readonly tenant: TenantId; readonly traceId: string },
  cartId: string,
  run: CheckoutRun,
): Promise<void> => {
  if (run.status === 'unknown') return;
  const { lockedBy, lockedAt } = run.refusal ?? {};
  if (typeof lockedBy !== 'string' || typeof lockedAt !== 'string') return;
  const at = now();
  if (at.getTime() - new Date(lockedAt).getTime() < ABANDONED_AFTER_MS) return;

  const store = orders(context.tenant);
  const holder =
    (await store.find(lockedBy)) ??
    (
      await store.reject({
        orderId: lockedBy,
        attempt: `abandoned ${context.traceId}`,
        requestHash: '',
        owner: { customerId: null, tokenHash: null },
        event: {
          type: 'OrderRejected',
          at: toInstant(at),
          actor: SYSTEM_ACTOR,
          traceId: context.traceId,
          data: { cartId, refusal: failedCheckout },
        },
      })
    ).order;
  // An order that lives keeps its cart; one of another cart has no right to this one.
  if (holder.state.status !== 'rejected' && holder.state.cartId === cartId) return;
  await unlockCart(context, { cartId, orderId: lockedBy });
};
