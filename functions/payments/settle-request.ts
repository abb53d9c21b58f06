import * as z from 'zod';
import { assertSameRequest } from '../../lib/runtime/api.ts';
import { Money } from '../../lib/runtime/money.ts';
import { unprocessable } from '../../lib/runtime/errors.ts';
import type { Idempotency } from '../../lib/runtime/route.ts';
import { actorOf, type TenantCaller } from '../../lib/runtime/tenant.ts';
import {
  type Payment,
  PaymentId,
  paymentNotFound,
  paymentStateConflict,
  type PaymentStatus,
  PaymentView,
} from './model.ts';
import { settle, type SettleDeps, type Settler } from './settle.ts';

/** What the routes have in common by which a person settles a payment. */
export const settling = {
  method: 'POST',
  callers: ['secret', 'staff'],
  permission: 'payments:write',
  idempotency: 'required',
  params: z.strictObject({ paymentId: PaymentId }),
  response: PaymentView,
} as const;

/** An amount may be said, so that a client need not think that it takes another. */
export const WholeAmount = z.strictObject({ amount: Money.optional() });

interface SettleRequest {
  readonly caller: TenantCaller;
  readonly params: { readonly paymentId: string };
  readonly body?: z.output<typeof WholeAmount> | undefined;
  readonly idempotency: Idempotency;
  readonly traceId: string;
}

interface Action<Refused> {
  readonly name: keyof Payment['requests'];
  /** The states in which it can be asked for. */
  readonly from: readonly PaymentStatus[];
  readonly act: (deps: SettleDeps, settler: Settler, payment: Payment) => Promise<Payment | 'conflict' | Refused>;
}

/**
 * Does to a payment what a person asks for, once per Idempotency-Key.
 * @throws payment_not_found (404), payment_state_conflict (409), idempotency_key_reused (422), unprocessable (422) for a part of it
 */
export const settleByRequest = async <Refused = never>(
  deps: SettleDeps,
  { caller, params, body, idempotency, traceId }: SettleRequest,
  { name, from, act }: Action<Refused>,
): Promise<{ readonly outcome: Payment | Refused; readonly replayed: boolean }> => {
  const request = { scope: idempotency.scope, hash: idempotency.requestHash };
  const settler: Settler = { tenant: caller.tenant, actor: actorOf(caller), traceId, request };
  let replayed = false;
  const outcome = await settle<Payment | Refused>(deps, settler, params.paymentId, async (payment) => {
    if (payment === undefined) throw paymentNotFound(`There is no payment ${params.paymentId}.`);
    const earlier = payment.requests[name];
    if (earlier?.scope === idempotency.scope) {
      assertSameRequest(earlier.hash, idempotency);
      replayed = true;
      return payment;
    }
    if (!from.includes(payment.status)) {
      throw paymentStateConflict(`This needs a payment that is ${from.join(' or ')}; it is ${payment.status}.`);
    }
    assertWhole(body?.amount, payment);
    return act(deps, settler, payment);
  });
  return { outcome, replayed };
};

/** @throws unprocessable (422) when an amount is given that is not the whole one */
const assertWhole = (asked: Money | undefined, { amount, currency }: Payment): void => {
  if (asked === undefined || (asked.amount === amount && asked.currency === currency)) return;
  throw unprocessable(`Only the whole amount is possible: ${amount} ${currency} in minor units.`);
};
