import type * as z from 'zod';
import { toInstant } from '../../lib/runtime/clock.ts';
import type { TenantCallContext } from '../../lib/runtime/step.ts';
import { SYSTEM_ACTOR } from '../../lib/runtime/tenant.ts';
import type { Inquire } from './calls.ts';
import { type Payment, paymentIdOf } from './model.ts';
import { changed } from './payment-changes.ts';
import { settle, type SettleDeps } from './settle.ts';

type Output = z.output<typeof Inquire.output>;

const known = ({ id, status, amount, currency }: Payment): Output =>
  status === 'captured'
    ? { status, paymentId: id, amount, currency }
    : status === 'authorized' || status === 'capture_failed'
      ? { status: 'authorized', paymentId: id, amount, currency }
      : { status: 'voided' };

/**
 * The call `inquire`. What our payment says for certain is the answer. Otherwise the provider is asked, and what it holds
 * becomes our payment, so that it will be captured or voided.
 */
export const inquire =
  (deps: SettleDeps) =>
  async (
    { tenant, traceId }: TenantCallContext,
    { orderId, provider: name }: z.output<typeof Inquire.input>,
  ): Promise<Output> => {
    const store = deps.payments(tenant);
    const paymentId = paymentIdOf(tenant, orderId);
    const settler = { tenant, traceId, actor: SYSTEM_ACTOR };
    if ((await store.find(paymentId)) === 'closed') return { status: 'voided' };
    return settle<Output>(deps, settler, paymentId, async (payment) => {
      if (payment !== undefined && payment.status !== 'unknown') return known(payment);
      const truth = await deps.provider(tenant, name).inquire({
        intentId: paymentId,
        reference: payment?.reference ?? null,
      });
      if (truth.status !== 'authorized' && truth.status !== 'captured') return { status: truth.status };

      const at = deps.now();
      const { status, amount, currency, method } = truth;
      const capturedAmount = status === 'captured' ? amount : 0;
      if (payment !== undefined) {
        const change = { now: at, actor: SYSTEM_ACTOR, traceId };
        const settled = changed(payment, change, { status, amount, currency, capturedAmount });
        return (await store.change(settled)) === 'changed' ? known(settled) : 'conflict';
      }
      const found: Payment = {
        id: paymentId,
        orderId,
        provider: name,
        reference: null,
        method,
        status,
        currency,
        amount,
        capturedAmount,
        refundedAmount: 0,
        failureCode: null,
        captureTries: 0,
        requests: {},
        version: 1,
        sequence: status === 'captured' ? 1 : 0,
        createdAt: toInstant(at),
        updatedAt: toInstant(at),
        actor: SYSTEM_ACTOR,
        traceId,
      };
      const existing = await store.open(found);
      if (existing === undefined) return known(found);
      return existing === 'closed' ? { status: 'voided' } : 'conflict';
    });
  };
