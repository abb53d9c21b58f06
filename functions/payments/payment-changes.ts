import { toInstant } from '../../lib/runtime/clock.ts';
import type { Actor } from '../../lib/runtime/tenant.ts';
import type { Payment, PaymentStatus } from './model.ts';

/** Who changes a payment, and when. */
export interface Change {
  readonly now: Date;
  readonly actor: Actor;
  readonly traceId: string;
}

/** The moves that the world hears of. */
const PUBLISHED: ReadonlySet<PaymentStatus> = new Set(['captured', 'capture_failed', 'voided', 'refunded']);

/** The next version of a payment. A new status that is published gets the next sequence. */
export const changed = (payment: Payment, { now, actor, traceId }: Change, fields: Partial<Payment>): Payment => {
  const next = { ...payment, ...fields };
  const moved = next.status !== payment.status && PUBLISHED.has(next.status);
  return {
    ...next,
    version: payment.version + 1,
    sequence: payment.sequence + (moved ? 1 : 0),
    updatedAt: toInstant(now),
    actor,
    traceId,
  };
};

/** Captures without an answer until the payment counts as failed. */
export const MAX_CAPTURE_TRIES = 5;
