import * as z from 'zod';
import { ttlSeconds } from '../../lib/runtime/clock.ts';
import type { Item } from '../../lib/runtime/db.ts';
import { key } from '../../lib/runtime/keys.ts';
import { Payment } from './model.ts';
import type { PaymentRecord } from './store.ts';

/** How payments lie in the table. */
export const PAYMENT_SK = 'payment';
export const paymentKey = (paymentId: string) => ({ pk: key('payment', paymentId), sk: PAYMENT_SK });

/** An authorization that comes later than this is no late one. */
const CLOSED_TTL_SECONDS = 30 * 24 * 3600;

export const toPaymentItem = (payment: Payment): Item => ({
  ...paymentKey(payment.id),
  gsi1pk: 'payments',
  gsi1sk: key(payment.createdAt, payment.id),
  ...payment,
});

export const closedItem = (paymentId: string, orderId: string, now: Date): Item => ({
  ...paymentKey(paymentId),
  status: 'closed',
  orderId,
  ttl: ttlSeconds(now, CLOSED_TTL_SECONDS),
});

const Closed = z.object({ status: z.literal('closed') });

export const parseRecord = (item: Item): PaymentRecord =>
  Closed.safeParse(item).success ? 'closed' : Payment.parse(item);
