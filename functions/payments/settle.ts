import type { Clock } from '../../lib/runtime/clock.ts';
import { temporarilyUnavailable } from '../../lib/runtime/errors.ts';
import type { Actor, TenantId } from '../../lib/runtime/tenant.ts';
import type { PaymentProviderName } from './calls.ts';
import { type Payment, paymentIdOf } from './model.ts';
import { changed, MAX_CAPTURE_TRIES } from './payment-changes.ts';
import type { OpenProvider, PricedIntent } from './provider.ts';
import type { OpenPayments, PaymentRecord } from './store.ts';

export interface SettleDeps {
  readonly payments: OpenPayments;
  readonly provider: OpenProvider;
  readonly now: Clock;
}

/** Who settles a payment, and with which request, if it was one. */
export interface Settler {
  readonly tenant: TenantId;
  readonly actor: Actor;
  readonly traceId: string;
  readonly request?: { readonly scope: string; readonly hash: string };
}

const MAX_TRIES = 5;

const noAnswer = (what: string): Error =>
  temporarilyUnavailable(`The payment provider did not answer the ${what}. Try again in a moment.`, { retryAfter: 2 });

/** Repeats what was decided on a version that somebody else changed meanwhile. */
const onCurrent = async <Result>(tryOnce: () => Promise<Result | 'conflict'>): Promise<Result> => {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const result = await tryOnce();
    if (result !== 'conflict') return result;
  }
  throw temporarilyUnavailable('The payment is being changed by others. Try again in a moment.', { retryAfter: 1 });
};

const intentOf = ({ id, reference, amount, currency, method }: Payment): PricedIntent => ({
  intentId: id,
  reference,
  amount,
  currency,
  method,
});

const write = async (
  { payments, now }: SettleDeps,
  { tenant, actor, traceId, request }: Settler,
  payment: Payment,
  action: keyof Payment['requests'],
  fields: Partial<Payment>,
): Promise<Payment | 'conflict'> => {
  const requests = request === undefined ? payment.requests : { ...payment.requests, [action]: request };
  const next = changed(payment, { now: now(), actor, traceId }, { ...fields, requests });
  return (await payments(tenant).change(next)) === 'changed' ? next : 'conflict';
};

/**
 * Lets go what is held for an order. Where there is no payment, first the provider and then our side are made to refuse
 * one that is only late.
 * @returns the record as it is then
 * @throws temporarily_unavailable when the provider does not answer
 */
export const release = (
  deps: SettleDeps,
  settler: Settler,
  { orderId, provider: name }: { readonly orderId: string; readonly provider: PaymentProviderName },
): Promise<PaymentRecord> =>
  onCurrent<PaymentRecord>(async () => {
    const { tenant } = settler;
    const store = deps.payments(tenant);
    const paymentId = paymentIdOf(tenant, orderId);
    const record = await store.find(paymentId);
    if (record === 'closed') return record;
    if (record !== undefined) return voided(deps, settler, record);
    const answer = await deps.provider(tenant, name).void({ intentId: paymentId, reference: null });
    if (answer.status !== 'voided') throw noAnswer('void');
    return (await store.close(paymentId, orderId, deps.now())) === undefined ? 'closed' : 'conflict';
  });

/** Voids a payment that is held; one that is settled already stays as it is. */
export const voided = async (deps: SettleDeps, settler: Settler, payment: Payment): Promise<Payment | 'conflict'> => {
  if (payment.status === 'captured' || payment.status === 'voided' || payment.status === 'refunded') return payment;
  const answer = await deps.provider(settler.tenant, payment.provider).void(intentOf(payment));
  if (answer.status === 'unknown') throw noAnswer('void');
  return answer.status === 'captured'
    ? write(deps, settler, payment, 'capture', { status: 'captured', capturedAmount: payment.amount })
    : write(deps, settler, payment, 'void', { status: 'voided' });
};

/** Captures the whole of a payment that is held; one that is settled already stays as it is. */
export const captured = async (deps: SettleDeps, settler: Settler, payment: Payment): Promise<Payment | 'conflict'> => {
  if (payment.status !== 'authorized' && payment.status !== 'capture_failed') return payment;
  const answer = await deps.provider(settler.tenant, payment.provider).capture(intentOf(payment));
  switch (answer.status) {
    case 'captured':
      return write(deps, settler, payment, 'capture', {
        status: 'captured',
        capturedAmount: payment.amount,
        failureCode: null,
      });
    case 'voided':
      return write(deps, settler, payment, 'void', { status: 'voided' });
    case 'refused':
      return write(deps, settler, payment, 'capture', { status: 'capture_failed', failureCode: answer.code });
    default: {
      const captureTries = payment.captureTries + 1;
      if (captureTries >= MAX_CAPTURE_TRIES) {
        return write(deps, settler, payment, 'capture', {
          status: 'capture_failed',
          failureCode: 'no_answer',
          captureTries,
        });
      }
      const counted = changed(
        payment,
        { now: deps.now(), actor: settler.actor, traceId: settler.traceId },
        { captureTries },
      );
      if ((await deps.payments(settler.tenant).change(counted)) === 'conflict') return 'conflict';
      throw noAnswer('capture');
    }
  }
};

/**
 * Refunds the whole of a captured payment; any other stays as it is.
 * @returns `refused` with the provider's code when it will not
 */
export const refunded = async (
  deps: SettleDeps,
  settler: Settler,
  payment: Payment,
): Promise<Payment | 'conflict' | { readonly refused: string }> => {
  if (payment.status !== 'captured') return payment;
  const answer = await deps.provider(settler.tenant, payment.provider).refund(intentOf(payment));
  if (answer.status === 'unknown') throw noAnswer('refund');
  if (answer.status === 'refused') return { refused: answer.code };
  return write(deps, settler, payment, 'refund', { status: 'refunded', refundedAmount: payment.capturedAmount });
};

/** Does something to the payment as it is now, anew when it was changed meanwhile. */
export const settle = <Result>(
  deps: SettleDeps,
  settler: Settler,
  paymentId: string,
  action: (payment: Payment | undefined) => Promise<Result | 'conflict'>,
): Promise<Result> =>
  onCurrent(async () => {
    const record = await deps.payments(settler.tenant).find(paymentId);
    return action(record === 'closed' ? undefined : record);
  });
