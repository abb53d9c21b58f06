import * as z from 'zod';
import { defineError } from '../../lib/runtime/errors.ts';
import { defineId } from '../../lib/runtime/ids.ts';

export const orderId = defineId<'OrderId'>('ord');
export const OrderId = orderId.schema;
export type OrderId = z.output<typeof OrderId>;

/**
 * `pending`: the checkout has no verdict yet. `confirmed` and `rejected` exclude each other for ever; a confirmed order
 * ends as cancelled or fulfilled.
 */
export const OrderStatus = z.enum(['pending', 'confirmed', 'rejected', 'cancelled', 'fulfilled']);
export type OrderStatus = z.output<typeof OrderStatus>;

/** `none`: there is nothing to pay. `payment_failed`: confirmed, but the money could not be taken; someone must act. */
export const PaymentStatus = z.enum([
  'none',
  'pending',
  'authorized',
  'captured',
  'payment_failed',
  'voided',
  'refunded',
]);
export type PaymentStatus = z.output<typeof PaymentStatus>;

/** How a parcel can be followed. */
export const Tracking = z.strictObject({
  carrier: z.string().trim().min(1).max(100).optional(),
  number: z.string().trim().min(1).max(100).optional(),
  url: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .optional(),
});
export type Tracking = z.output<typeof Tracking>;

/** A merchant's own facts: 50 at most, name to text. */
export const Metadata = z
  .record(z.string().min(1).max(40), z.string().max(500))
  .refine((entries) => Object.keys(entries).length <= 50, { error: 'has more than 50 entries' });
export type Metadata = z.output<typeof Metadata>;

export const orderNotFound = defineError('order_not_found', 404, 'There is no such order');
export const checkoutNotFound = defineError('checkout_not_found', 404, 'There is no such checkout');
export const orderStateConflict = defineError('order_state_conflict', 409, 'The order is in another state');
export const paymentFailed = defineError('payment_failed', 409, 'The payment of the order failed');
