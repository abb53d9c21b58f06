import type { EventOf } from '../../lib/runtime/events.ts';
import type { PaymentCaptured, PaymentCaptureFailed, PaymentRefunded, PaymentVoided } from '../payments/events.ts';
import { changeOrder } from './change-order.ts';
import type { PaymentEventType } from './order-event.ts';
import type { OpenOrders } from './store.ts';

type PaymentEvent = EventOf<
  typeof PaymentCaptured | typeof PaymentCaptureFailed | typeof PaymentVoided | typeof PaymentRefunded
>;

/** Takes what happened to the payment into the order's history, once, in whichever order it arrives. */
export const onPaymentEvent =
  ({ orders }: { readonly orders: OpenOrders }, type: PaymentEventType) =>
  async ({ tenant, sequence, time, actor, correlationId, detail }: PaymentEvent): Promise<void> => {
    const { paymentId, capturedAmount, refundedAmount, failureCode } = detail;
    await changeOrder(orders(tenant), detail.orderId, ({ state }) =>
      state.paymentSequences.includes(sequence)
        ? undefined
        : {
            type,
            at: time,
            actor,
            traceId: correlationId,
            data: { paymentId, sequence, capturedAmount, refundedAmount, failureCode },
          },
    );
  };
