import type * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { isError, temporarilyUnavailable } from '../../lib/runtime/errors.ts';
import type { TenantCallContext } from '../../lib/runtime/step.ts';
import { SYSTEM_ACTOR } from '../../lib/runtime/tenant.ts';
import type { Authorize } from './calls.ts';
import { type Payment, paymentIdOf } from './model.ts';
import { changed } from './payment-changes.ts';
import type { Authorization, OpenProvider, Remember } from './provider.ts';
import type { OpenPayments, PaymentRecord } from './store.ts';

interface Deps {
  readonly payments: OpenPayments;
  readonly provider: OpenProvider;
  readonly now: Clock;
}

type Output = z.output<typeof Authorize.output>;

/**
 * Checkout, step 5: the provider first, then the payment, which may only be written where nothing is. A provider that
 * needs several requests has its intent remembered as a payment that is `unknown` before anything is held. When the order
 * was closed meanwhile, what was held is released at once.
 */
export const authorize =
  ({ payments, provider, now }: Deps) =>
  async (
    { tenant, traceId }: TenantCallContext,
    { orderId, amount, currency, provider: name, method }: z.output<typeof Authorize.input>,
  ): Promise<Output> => {
    const paymentId = paymentIdOf(tenant, orderId);
    const store = payments(tenant);
    const bank = provider(tenant, name);
    const authorized = { status: 'authorized', paymentId } as const;
    const paymentIn = (status: Payment['status'], reference: string | null): Payment => ({
      id: paymentId,
      orderId,
      provider: name,
      reference,
      method,
      status,
      currency,
      amount,
      capturedAmount: 0,
      refundedAmount: 0,
      failureCode: null,
      captureTries: 0,
      requests: {},
      version: 1,
      sequence: 0,
      createdAt: toInstant(now()),
      updatedAt: toInstant(now()),
      actor: SYSTEM_ACTOR,
      traceId,
    });
    const intentWith = (reference: string | null) => ({ intentId: paymentId, reference, amount, currency, method });

    /** The payment that is there says how it ended; only one that is unknown is still to be decided. */
    const endOf = (record: PaymentRecord): Output => {
      if (record === 'closed' || record.status === 'voided' || record.status === 'refunded')
        return { status: 'closed' };
      return record.status === 'unknown' ? { status: 'unknown' } : authorized;
    };

    let remembered: PaymentRecord | undefined;
    const remember: Remember = async (reference) => {
      const fresh = paymentIn('unknown', reference);
      remembered = (await store.open(fresh)) ?? fresh;
      return remembered === 'closed' || remembered.status !== 'unknown'
        ? 'stop'
        : { reference: remembered.reference ?? reference };
    };

    /** What the provider holds is our payment from now on, or nobody's. */
    const adopt = async (record: PaymentRecord): Promise<Output> => {
      if (record !== 'closed' && record.status === 'unknown') {
        // An earlier try got no answer and this one did. If somebody else settles it right now, it stays theirs.
        const by = { now: now(), actor: SYSTEM_ACTOR, traceId };
        if ((await store.change(changed(record, by, { status: 'authorized' }))) === 'changed') return authorized;
        const current = await store.find(paymentId);
        return current === undefined || (current !== 'closed' && current.status === 'unknown')
          ? { status: 'unknown' }
          : adopt(current);
      }
      const end = endOf(record);
      if (end.status === 'closed') await bank.void(intentWith(record === 'closed' ? null : record.reference));
      return end;
    };

    let answer: Authorization;
    try {
      answer = await bank.authorize(intentWith(null), remember);
    } catch (error) {
      if (!isError(error, temporarilyUnavailable)) throw error;
      // Nothing was asked. Unless an earlier try has left a payment, none may come to be under this order any more.
      const existing = await store.close(paymentId, orderId, now());
      if (existing !== undefined && existing !== 'closed') return endOf(existing);
      const detail = 'The payment provider does not answer at present.';
      return { status: 'declined', code: 'provider_unavailable', detail, retryAfter: error.retryAfter ?? 1 };
    }
    switch (answer.status) {
      case 'declined':
      case 'authentication_required':
        return answer;
      case 'stopped':
        return remembered === undefined ? { status: 'unknown' } : endOf(remembered);
      case 'unknown': {
        if (remembered !== undefined) return endOf(remembered);
        const existing = await store.open(paymentIn('unknown', null));
        if (existing === undefined) return answer;
        const end = endOf(existing);
        if (end.status === 'closed') await bank.void(intentWith(null));
        return end;
      }
      default: {
        if (remembered !== undefined) return adopt(remembered);
        const existing = await store.open(paymentIn('authorized', null));
        return existing === undefined ? authorized : adopt(existing);
      }
    }
  };
