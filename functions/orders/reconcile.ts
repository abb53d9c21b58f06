import type { Callable } from '../../lib/runtime/call.ts';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { SYSTEM_ACTOR } from '../../lib/runtime/tenant.ts';
import type { Reserve } from '../inventory/calls.ts';
import { type Inquire, PaymentProviderName } from '../payments/calls.ts';
import type { Redeem } from '../pricing/calls.ts';
import { emailHash } from './particulars.ts';
import { failedCheckout, type Refusal, refusalOf } from './refusal.ts';
import type { DueOrder, DueOrders, OpenOrders, StoredOrder } from './store.ts';

/** Orders of each shard that one run takes on; the next run is a minute away. */
const PER_SHARD = 25;
const FIRST_RETRY_MS = 60_000;
const LAST_RETRY_MS = 15 * 60_000;

interface Deps {
  readonly orders: OpenOrders;
  readonly dueOrders: DueOrders;
  readonly inquire: Callable<typeof Inquire>;
  readonly redeem: Callable<typeof Redeem>;
  readonly reserve: Callable<typeof Reserve>;
  readonly now: Clock;
  /** Told of each order that could not be worked on; it comes again when it is due again. */
  readonly onFailure: (due: DueOrder, error: unknown) => void;
}

type Verdict =
  | { readonly confirm: true; readonly paymentId: string | null }
  | { readonly confirm: false; readonly refusal: Refusal }
  | 'unknown';

export type Outcome = 'confirmed' | 'rejected' | 'unknown' | 'left' | 'failed';

/** After each attempt twice as long, from a minute to a quarter of an hour. The second epoch is the first attempt. */
export const nextAttemptAt =
  (now: Date) =>
  (epoch: number): Date =>
    new Date(now.getTime() + Math.min(FIRST_RETRY_MS * 2 ** Math.max(epoch - 2, 0), LAST_RETRY_MS));

/**
 * Finishes the checkouts that nobody works on any more. Each is taken over by raising its epoch, so that a workflow that
 * is only slow can neither confirm nor reject it; then the provider is asked what became of the payment. What is held is
 * confirmed, if the stock and the coupons are still the order's; what is not is rejected; what the provider does not know
 * is left for later. Nothing is guessed.
 */
export const reconcile =
  (deps: Deps) =>
  async ({ traceId }: { readonly traceId: string }): Promise<Record<Outcome, number>> => {
    const counts = { confirmed: 0, rejected: 0, unknown: 0, left: 0, failed: 0 };
    for (const due of await deps.dueOrders.due(deps.now(), PER_SHARD)) {
      try {
        counts[await decide(deps, due, traceId)] += 1;
      } catch (error) {
        deps.onFailure(due, error);
        counts.failed += 1;
      }
    }
    return counts;
  };

const decide = async (deps: Deps, { tenant, orderId }: DueOrder, traceId: string): Promise<Outcome> => {
  const orders = deps.orders(tenant);
  const now = deps.now();
  const order = await orders.takeOver(orderId, now, nextAttemptAt(now));
  if (order === undefined) return 'left';
  const verdict = await verdictOn(deps, { ...order, tenant }, traceId);
  if (verdict === 'unknown') return 'unknown';

  const { state, control } = order;
  const entry = { at: toInstant(deps.now()), actor: SYSTEM_ACTOR, traceId };
  if (verdict.confirm) {
    const data = { paymentId: verdict.paymentId };
    const expected = { epoch: control.epoch, version: state.version };
    const { outcome } = await orders.confirm(orderId, expected, { type: 'OrderConfirmed', ...entry, data });
    return outcome === 'confirmed' ? 'confirmed' : 'left';
  }
  const data = { cartId: state.cartId, refusal: verdict.refusal };
  const { outcome } = await orders.rejectTaken(orderId, control.epoch, { type: 'OrderRejected', ...entry, data });
  return outcome === 'rejected' ? 'rejected' : 'left';
};

/** The payment first: what is not held cannot be confirmed. The other calls are the checkout's own, each once per order. */
const verdictOn = async (
  deps: Deps,
  { tenant, state, particulars }: StoredOrder & { readonly tenant: DueOrder['tenant'] },
  traceId: string,
): Promise<Verdict> => {
  const { orderId, placed } = state;
  if (placed === null) throw new Error(`The order ${orderId} is pending without having been placed`);
  const { quote, customerId } = placed;
  const context = { tenant, traceId };

  let paymentId: string | null = null;
  if (placed.provider !== null) {
    const payment = await deps.inquire(context, { orderId, provider: PaymentProviderName.parse(placed.provider) });
    if (payment.status === 'unknown') return 'unknown';
    if (payment.status !== 'authorized' && payment.status !== 'captured') {
      return { confirm: false, refusal: failedCheckout };
    }
    if (payment.amount !== quote.total || payment.currency !== quote.currency) {
      throw new Error(`The payment of ${orderId} is not of the order's amount`);
    }
    ({ paymentId } = payment);
  }
  if (quote.limitedCodes.length > 0) {
    const customerKey = customerId ?? emailHash(tenant, particulars.email ?? '');
    const redeemed = await deps.redeem(context, { orderId, codes: quote.limitedCodes, customerKey });
    if (redeemed.status !== 'redeemed') return { confirm: false, refusal: refusalOf('redeem', redeemed, undefined) };
  }
  const lines = quote.lines.map(({ variantId, quantity }) => ({ variantId, quantity }));
  const reserved = await deps.reserve(context, { orderId, lines });
  if (reserved.status !== 'reserved') return { confirm: false, refusal: refusalOf('reserve', reserved, undefined) };
  return { confirm: true, paymentId };
};
