import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { defineError } from '../../lib/runtime/errors.ts';
import { defineId, OpaqueId } from '../../lib/runtime/ids.ts';
import { Amount, Currency } from '../../lib/runtime/money.ts';
import { Actor, type TenantId } from '../../lib/runtime/tenant.ts';
import { PaymentProviderName } from './calls.ts';

const paymentIds = defineId<'PaymentId'>('pay');
export const PaymentId = paymentIds.schema;
export type PaymentId = z.output<typeof PaymentId>;

/** An order has one payment, so everyone who knows the order knows the payment's id. */
export const paymentIdOf = (tenant: TenantId, orderId: string): PaymentId => paymentIds.derive(tenant, orderId);

/**
 * `unknown`: the provider was asked to hold the amount and did not say whether it does. `capture_failed`: it holds the
 * amount, or did, but does not hand it over; someone must act.
 */
export const PaymentStatus = z.enum(['unknown', 'authorized', 'captured', 'capture_failed', 'voided', 'refunded']);
export type PaymentStatus = z.output<typeof PaymentStatus>;

const Request = z.object({ scope: z.string(), hash: z.string() });

export const Payment = z.object({
  id: PaymentId,
  orderId: OpaqueId,
  provider: PaymentProviderName,
  /** The provider's own id of it. */
  reference: z.string().nullable().default(null),
  /** The provider's token for the means of payment; null when the provider alone knows. */
  method: z.string().nullable(),
  status: PaymentStatus,
  currency: Currency,
  amount: Amount,
  capturedAmount: Amount,
  refundedAmount: Amount,
  failureCode: z.string().nullable(),
  /** Captures that the provider did not answer. */
  captureTries: z.number().int(),
  /** The requests that captured, voided or refunded it, so that each is done once. */
  requests: z.object({ capture: Request, void: Request, refund: Request }).partial(),
  version: z.number().int().min(1),
  /** Published events so far. */
  sequence: z.number().int().min(0),
  createdAt: Instant,
  updatedAt: Instant,
  actor: Actor,
  traceId: z.string(),
});
export type Payment = z.output<typeof Payment>;

/** A payment as its merchant sees it; amounts in minor units of `currency`. */
export const PaymentView = Payment.pick({
  id: true,
  orderId: true,
  provider: true,
  status: true,
  currency: true,
  amount: true,
  capturedAmount: true,
  refundedAmount: true,
  failureCode: true,
  createdAt: true,
  updatedAt: true,
}).meta({ id: 'Payment' });

export const paymentNotFound = defineError('payment_not_found', 404, 'There is no such payment');
export const paymentStateConflict = defineError('payment_state_conflict', 409, 'The payment is in another state');
export const captureFailed = defineError('capture_failed', 402, 'The provider refused to hand over the amount');
export const refundFailed = defineError('refund_failed', 409, 'The provider refused the refund');
