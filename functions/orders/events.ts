import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { defineEvent } from '../../lib/runtime/events.ts';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { Amount, Currency } from '../../lib/runtime/money.ts';

/** Why an order was cancelled. A closed list, because free text ends up holding personal data. */
export const CancelReason = z.enum(['customer', 'fraud', 'stock', 'payment', 'other']);
export type CancelReason = z.output<typeof CancelReason>;

const EventLine = z.object({
  variantId: OpaqueId,
  productId: OpaqueId,
  sku: z.string().nullable(),
  quantity: z.number().int().min(1),
  unit: Amount,
  total: Amount,
});

/** An order as every domain may know it: ids and money, no person. */
const OrderDetail = z.object({
  orderId: OpaqueId,
  /** Null when it was refused before it got one. */
  number: z.string().nullable(),
  cartId: OpaqueId,
  customerId: OpaqueId.nullable(),
  currency: Currency.nullable(),
  total: Amount,
  taxTotal: Amount,
  /** Empty and `linesComplete: false` when they would not fit into an event (64 kB): then ask the API by id. */
  lines: z.array(EventLine),
  linesComplete: z.boolean(),
  codes: z.array(z.string()),
  /** Null when there is nothing to pay. `paymentId` is null until the amount is held. */
  payment: z.object({ provider: z.string(), paymentId: OpaqueId.nullable(), amount: Amount }).nullable(),
  capture: z.enum(['now', 'fulfilment']),
  placedAt: Instant,
});
export type OrderDetail = z.output<typeof OrderDetail>;

export const OrderPlaced = defineEvent('orders', 'OrderPlaced', 1, OrderDetail);
export const OrderConfirmed = defineEvent('orders', 'OrderConfirmed', 1, OrderDetail);
/** Nothing of the order may be left: stock, redemptions, payment and the cart's lock are released by their owners. */
export const OrderRejected = defineEvent('orders', 'OrderRejected', 1, OrderDetail.extend({ code: z.string() }));
export const OrderCancelled = defineEvent(
  'orders',
  'OrderCancelled',
  1,
  OrderDetail.extend({ reason: CancelReason, restock: z.boolean() }),
);
export const OrderFulfilled = defineEvent('orders', 'OrderFulfilled', 1, OrderDetail);
