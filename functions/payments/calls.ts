import * as z from 'zod';
import { defineCall } from '../../lib/runtime/call.ts';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { Amount, Currency } from '../../lib/runtime/money.ts';

/** The providers that are built in. */
export const PaymentProviderName = z.enum(['test', 'stripe']);
export type PaymentProviderName = z.output<typeof PaymentProviderName>;

/** A provider's token for a means of payment, never a card number. */
export const PaymentMethod = z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, 'must be a token of the payment provider');

const PaymentId = OpaqueId;
const ofOrder = z.object({ orderId: OpaqueId, provider: PaymentProviderName });

/**
 * Holds an order's amount on a means of payment, once per order. `unknown`: the provider did not say; only `inquire` may
 * find out, never a guess. `closed`: the order was closed before this arrived, and what was held is released again. `declined` with `retryAfter`:
 * the provider does not answer at present and was not asked; the payment is closed, another order's may work after so many
 * seconds.
 */
export const Authorize = defineCall(
  'payments',
  'authorize',
  z.object({
    orderId: OpaqueId,
    amount: Amount.min(1),
    currency: Currency,
    provider: PaymentProviderName,
    method: PaymentMethod,
  }),
  z.discriminatedUnion('status', [
    z.object({ status: z.literal('authorized'), paymentId: PaymentId }),
    z.object({
      status: z.literal('declined'),
      code: z.string(),
      detail: z.string(),
      retryAfter: z.number().int().min(1).optional(),
    }),
    z.object({ status: z.literal('authentication_required') }),
    z.object({ status: z.literal('closed') }),
    z.object({ status: z.literal('unknown') }),
  ]),
);

/**
 * Lets an order's held amount go; where nothing is held, a late authorization is refused from then on. `captured`: the
 * money was taken already, which only a refund can undo.
 */
export const Void = defineCall(
  'payments',
  'void',
  ofOrder,
  z.object({ status: z.enum(['voided', 'nothing', 'captured']) }),
);

/** Asks the provider what became of an order's payment and records it. */
export const Inquire = defineCall(
  'payments',
  'inquire',
  ofOrder,
  z.discriminatedUnion('status', [
    z.object({ status: z.enum(['authorized', 'captured']), paymentId: PaymentId, amount: Amount, currency: Currency }),
    z.object({ status: z.enum(['voided', 'declined', 'none', 'unknown']) }),
  ]),
  5000,
);
