import type * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import type { TenantCallContext } from '../../lib/runtime/step.ts';
import type { Reject, RejectInput } from './calls.ts';
import { failedCheckout, refusalOf } from './refusal.ts';
import type { OpenOrders } from './store.ts';

interface Deps {
  readonly orders: OpenOrders;
  readonly now: Clock;
}

/**
 * The first undo of a checkout and the gate to the others: only what is certainly rejected may be undone. It also keeps
 * the refusal, for whoever asks again.
 */
export const reject =
  ({ orders, now }: Deps) =>
  async (
    { tenant, traceId }: TenantCallContext,
    input: z.output<typeof RejectInput>,
  ): Promise<z.output<typeof Reject.output>> => {
    const { orderId, attempt, cartId, requestHash, tokenHash, customerId, actor, failure, results } = input;
    const refusal =
      failure.refusal === null ? failedCheckout : refusalOf(failure.step, failure.refusal, results['quote']);
    const { outcome } = await orders(tenant).reject({
      orderId,
      attempt,
      requestHash,
      owner: { customerId, tokenHash },
      event: { type: 'OrderRejected', at: toInstant(now()), actor, traceId, data: { cartId, refusal } },
    });
    return { status: outcome };
  };
