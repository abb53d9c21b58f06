import type * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import type { TenantCallContext } from '../../lib/runtime/step.ts';
import { SYSTEM_ACTOR } from '../../lib/runtime/tenant.ts';
import type { Confirm, ConfirmInput } from './calls.ts';
import type { OpenOrders } from './store.ts';

/** The order of a longer basket is read from the table instead: a workflow's whole state may have 256 kB. */
const MAX_LINES_IN_ANSWER = 100;

interface Deps {
  readonly orders: OpenOrders;
  readonly now: Clock;
}

/** Checkout, last step: the one commit point. After it the order can no longer be rejected, only cancelled. */
export const confirm =
  ({ orders, now }: Deps) =>
  async (
    { tenant, traceId }: TenantCallContext,
    { orderId, epoch, authorization }: z.output<typeof ConfirmInput>,
  ): Promise<z.output<typeof Confirm.output>> => {
    if (authorization.status !== 'authorized' && authorization.status !== 'skipped') {
      await orders(tenant).park(orderId, epoch);
      return { status: 'pending' };
    }
    const paymentId = authorization.status === 'authorized' ? authorization.paymentId : null;
    const { order } = await orders(tenant).confirm(
      orderId,
      { epoch, version: 1 },
      { type: 'OrderConfirmed', at: toInstant(now()), actor: SYSTEM_ACTOR, traceId, data: { paymentId } },
    );
    const { state, particulars } = order;
    if (state.status === 'pending' || state.status === 'rejected') return { status: state.status };
    const small = (state.placed?.quote.lines.length ?? 0) <= MAX_LINES_IN_ANSWER;
    return { status: 'confirmed', order: small ? { state, particulars } : null };
  };
