import { type EventContract, eventOf, type OutgoingEvent } from '../../lib/runtime/events.ts';
import type { Change } from '../../lib/runtime/publish.ts';
import { PaymentCaptured, PaymentCaptureFailed, PaymentRefunded, PaymentVoided } from './events.ts';
import type { PaymentStatus } from './model.ts';
import { parseRecord, PAYMENT_SK } from './payment-item.ts';

type PaymentContract = EventContract<string, typeof PaymentCaptured.detail>;

const BY_STATUS: Readonly<Partial<Record<PaymentStatus, PaymentContract>>> = {
  captured: PaymentCaptured,
  capture_failed: PaymentCaptureFailed,
  voided: PaymentVoided,
  refunded: PaymentRefunded,
};

/** The event that a payment's move means; a payment moves once per write. */
export const toEvents = ({ tenant, before, after }: Change): readonly OutgoingEvent[] => {
  if (after === undefined || after['sk'] !== PAYMENT_SK) return [];
  const payment = parseRecord(after);
  const published = typeof before?.['sequence'] === 'number' ? before['sequence'] : 0;
  if (payment === 'closed' || payment.sequence === published) return [];
  const contract = BY_STATUS[payment.status];
  if (contract === undefined) return [];
  const { id, sequence, updatedAt, actor, traceId, ...rest } = payment;
  return [
    eventOf(
      contract,
      { tenant, time: updatedAt, aggregateId: id, sequence, actor, correlationId: traceId },
      { ...rest, paymentId: id, updatedAt },
    ),
  ];
};
