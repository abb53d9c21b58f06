import type { EventOf } from '../../lib/runtime/events.ts';
import type { OrderCancelled, OrderConfirmed, OrderFulfilled, OrderRejected } from '../orders/events.ts';
import { PaymentProviderName } from './calls.ts';
import { paymentIdOf } from './model.ts';
import { captured, refunded, release, settle, type SettleDeps, type Settler } from './settle.ts';

type OrderEvent = EventOf<typeof OrderConfirmed | typeof OrderFulfilled | typeof OrderRejected | typeof OrderCancelled>;

const settlerOf = ({ tenant, actor, correlationId }: OrderEvent): Settler => ({
  tenant,
  actor,
  traceId: correlationId,
});

const capturePayment = async (deps: SettleDeps, event: OrderEvent): Promise<void> => {
  const settler = settlerOf(event);
  const paymentId = paymentIdOf(event.tenant, event.detail.orderId);
  await settle(deps, settler, paymentId, async (payment) => {
    if (payment === undefined) throw new Error(`The order ${event.detail.orderId} has no payment to capture`);
    // A capture that failed for good has an owner; an event that comes again must not repeat it.
    return payment.status === 'authorized' ? captured(deps, settler, payment) : payment;
  });
};

/** The pivot is passed: the money is taken, if the shop takes it now. */
export const captureConfirmed =
  (deps: SettleDeps) =>
  async (event: EventOf<typeof OrderConfirmed>): Promise<void> => {
    if (event.detail.payment !== null && event.detail.capture === 'now') await capturePayment(deps, event);
  };

/** The goods are handed over: the money is taken, if the shop waits for that. */
export const captureFulfilled =
  (deps: SettleDeps) =>
  async (event: EventOf<typeof OrderFulfilled>): Promise<void> => {
    if (event.detail.payment !== null && event.detail.capture === 'fulfilment') await capturePayment(deps, event);
  };

/** The order was refused: nothing may be held for it, now or later. */
export const voidRejected =
  (deps: SettleDeps) =>
  async (event: EventOf<typeof OrderRejected>): Promise<void> => {
    const { orderId, payment } = event.detail;
    if (payment === null) return;
    const provider = PaymentProviderName.parse(payment.provider);
    const record = await release(deps, settlerOf(event), { orderId, provider });
    if (record === 'closed' || record.status !== 'captured') return;
    throw new Error(`The payment of the rejected order ${orderId} was captured`);
  };

/** The order was cancelled: what is held is let go, what was taken is given back. */
export const undoCancelled =
  (deps: SettleDeps) =>
  async (event: EventOf<typeof OrderCancelled>): Promise<void> => {
    const { orderId, payment } = event.detail;
    if (payment === null) return;
    const settler = settlerOf(event);
    const provider = PaymentProviderName.parse(payment.provider);
    const record = await release(deps, settler, { orderId, provider });
    if (record === 'closed' || record.status !== 'captured') return;
    const outcome = await settle(deps, settler, record.id, async (current) =>
      current === undefined ? record : refunded(deps, settler, current),
    );
    if ('refused' in outcome) throw new Error(`The provider refused the refund of ${record.id}: ${outcome.refused}`);
  };
