import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { defineEvent } from '../../lib/runtime/events.ts';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { Amount, Currency } from '../../lib/runtime/money.ts';

/**
 * A payment as everyone may know it. The aggregate is the payment. An authorization is not published: the order's
 * confirmation says it.
 */
const PaymentDetail = z.object({
  paymentId: OpaqueId,
  orderId: OpaqueId,
  provider: z.string(),
  currency: Currency,
  /** What was held at first. */
  amount: Amount,
  capturedAmount: Amount,
  refundedAmount: Amount,
  /** Why a capture failed for good. */
  failureCode: z.string().nullable(),
  createdAt: Instant,
  updatedAt: Instant,
});

export const PaymentCaptured = defineEvent('payments', 'PaymentCaptured', 1, PaymentDetail);
/** The order stays confirmed; someone must get the money another way, or capture again. */
export const PaymentCaptureFailed = defineEvent('payments', 'PaymentCaptureFailed', 1, PaymentDetail);
export const PaymentVoided = defineEvent('payments', 'PaymentVoided', 1, PaymentDetail);
export const PaymentRefunded = defineEvent('payments', 'PaymentRefunded', 1, PaymentDetail);
