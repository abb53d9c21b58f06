import type * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import type { TenantCallContext } from '../../lib/runtime/step.ts';
import { SYSTEM_ACTOR } from '../../lib/runtime/tenant.ts';
import type { Authorize } from './calls.ts';
import { type Payment, paymentIdOf } from './model.ts';
import { changed } from './payment-changes.ts';
import type { OpenProvider } from './provider.ts';
import type { OpenPayments } from './store.ts';

interface Deps {
  readonly payments: OpenPayments;
  readonly provider: OpenProvider;
  readonly now: Clock;
}

/**
 * Checkout, step 5: the provider first, then the payment, which may only be written where nothing is. When the order was
 * closed meanwhile, what was held is released at once.
 */
export const authorize =
  ({ payments, provider, now }: Deps) =>
  async (
    { tenant, traceId }: TenantCallContext,
    { orderId, amount, currency, provider: name, method }: z.output<typeof Authorize.input>,
  ): Promise<z.output<typeof Authorize.output>> => {
    const paymentId = paymentIdOf(tenant, orderId);
    const bank = provider(tenant, name);
    const answer = await bank.authorize({ intentId: paymentId, amount, currency, method });
    if (answer.status === 'declined' || answer.status === 'authentication_required') return answer;

    const at = now();
    const payment: Payment = {
      id: paymentId,
      orderId,
      provider: name,
      method,
      status: answer.status,
      currency,
      amount,
      capturedAmount: 0,
      refundedAmount: 0,
      failureCode: null,
      captureTries: 0,
      requests: {},
      version: 1,
      sequence: 0,
      createdAt: toInstant(at),
      updatedAt: toInstant(at),
      actor: SYSTEM_ACTOR,
      traceId,
    };
    const store = payments(tenant);
    const existing = await store.open(payment);
    const authorized = { status: 'authorized', paymentId } as const;
    if (existing === undefined) return answer.status === 'authorized' ? authorized : answer;
    if (existing === 'closed' || existing.status === 'voided' || existing.status === 'refunded') {
      await bank.void({ intentId: paymentId });
      return { status: 'closed' };
    }
    if (existing.status !== 'unknown') return authorized;
    if (answer.status === 'unknown') return answer;
    // An earlier try got no answer and this one did. If somebody else settles it right now, it stays theirs.
    const adopted = changed(existing, { now: at, actor: SYSTEM_ACTOR, traceId }, { status: 'authorized' });
    return (await store.change(adopted)) === 'changed' ? authorized : { status: 'unknown' };
  };
