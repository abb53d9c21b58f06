import { type EventContract, eventOf, type OutgoingEvent } from '../../lib/runtime/events.ts';
import type { Change } from '../../lib/runtime/change.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { PaymentCaptured, PaymentCaptureFailed, PaymentRefunded, PaymentVoided } from './events.ts';
import type { Payment, PaymentStatus } from './model.ts';
import { parseRecord, PAYMENT_SK } from './payment-item.ts';

type PaymentContract = EventContract<string, typeof PaymentCaptured.detail>;

const BY_STATUS: Readonly<Partial<Record<PaymentStatus, PaymentContract>>> = {
  captured: PaymentCaptured,
  capture_failed: PaymentCaptureFailed,
  voided: PaymentVoided,
  refunded: PaymentRefunded,
};

/** What the world hears of a payment, if it has not heard it yet; a payment moves once per write. */
export const eventsBeyond = (tenant: TenantId, payment: Payment, published: number): readonly OutgoingEvent[] => {
  const contract = payment.sequence === published ? undefined : BY_STATUS[payment.status];
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

/** The events that a change of a payment's item means. */
export const toEvents = ({ tenant, before, after }: Change): readonly OutgoingEvent[] => {
  if (after === undefined || after['sk'] !== PAYMENT_SK) return [];
  const payment = parseRecord(after);
  const published = typeof before?.['sequence'] === 'number' ? before['sequence'] : 0;
  return payment === 'closed' ? [] : eventsBeyond(tenant, payment, published);
};
