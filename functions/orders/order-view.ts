import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { Amount, Currency } from '../../lib/runtime/money.ts';
import { Address } from '../carts/calls.ts';
import { Quote } from '../pricing/calls.ts';
import { CancelReason } from './events.ts';
import { Metadata, OrderStatus, PaymentStatus, Tracking } from './model.ts';
import type { OrderState } from './order-state.ts';
import type { Particulars } from './particulars.ts';

const Head = {
  id: OpaqueId,
  number: z.string(),
  status: OrderStatus,
  paymentStatus: PaymentStatus,
  currency: Currency,
  total: Amount,
  customerId: OpaqueId.nullable(),
  email: z.string().nullable(),
  createdAt: Instant,
  updatedAt: Instant,
};

/** An order in a list: without its lines. */
export const OrderSummary = z
  .object({ ...Head, itemCount: z.number().int().meta({ description: 'The sum of the lines’ quantities' }) })
  .meta({ id: 'OrderSummary' });

/** An order in full. All money is in minor units of `currency`. */
export const Order = z
  .object({
    ...Head,
    cartId: OpaqueId,
    locale: z.string(),
    ...Quote.pick({
      taxMode: true,
      lines: true,
      discounts: true,
      shipping: true,
      taxes: true,
      subtotal: true,
      discountTotal: true,
      taxTotal: true,
    }).shape,
    shippingAddress: Address.nullable(),
    billingAddress: Address.nullable(),
    payment: z
      .object({
        provider: z.string(),
        paymentId: OpaqueId.nullable(),
        capturedAmount: Amount,
        refundedAmount: Amount,
      })
      .nullable()
      .meta({ description: 'Null when there was nothing to pay' }),
    rejection: z.object({ code: z.string(), detail: z.string() }).nullable(),
    cancellation: z.object({ reason: CancelReason, restock: z.boolean(), cancelledAt: Instant }).nullable(),
    fulfilment: z.object({ tracking: Tracking.nullable(), fulfilledAt: Instant }).nullable(),
    note: z.string().nullable().optional().meta({ description: 'For staff and secret keys only' }),
    metadata: Metadata.optional().meta({ description: 'For staff and secret keys only' }),
  })
  .meta({ id: 'Order' });
export type Order = z.output<typeof Order>;

interface Readable {
  readonly state: OrderState;
  readonly particulars: Particulars;
}

const headOf = ({ state, particulars }: Readable) => {
  const { placed } = state;
  if (placed === null) throw new Error(`${state.orderId} was refused before it was an order; it has nothing to show`);
  return {
    placed,
    head: {
      id: state.orderId,
      number: placed.number,
      status: state.status,
      paymentStatus: state.paymentStatus,
      currency: placed.quote.currency,
      total: placed.quote.total,
      customerId: placed.customerId,
      email: particulars.email,
      createdAt: state.createdAt,
      updatedAt: state.updatedAt,
    },
  };
};

export const summaryOf = (order: Readable): z.output<typeof OrderSummary> => {
  const { head, placed } = headOf(order);
  return { ...head, itemCount: placed.quote.lines.reduce((sum, { quantity }) => sum + quantity, 0) };
};

/** An order as its shopper sees it, and with the merchant's notes as staff do. */
export const viewOf = (order: Readable, forStaff: boolean): Order => {
  const { head, placed } = headOf(order);
  const { state, particulars } = order;
  const { rejection, cancellation, fulfilment } = state;
  const { taxMode, lines, discounts, shipping, taxes, subtotal, discountTotal, taxTotal } = placed.quote;
  return {
    ...head,
    cartId: state.cartId,
    locale: placed.locale,
    taxMode,
    lines,
    discounts,
    shipping,
    taxes,
    subtotal,
    discountTotal,
    taxTotal,
    shippingAddress: particulars.shippingAddress,
    billingAddress: particulars.billingAddress,
    payment:
      placed.provider === null
        ? null
        : {
            provider: placed.provider,
            paymentId: state.paymentId,
            capturedAmount: state.capturedAmount,
            refundedAmount: state.refundedAmount,
          },
    rejection: rejection === null ? null : { code: rejection.code, detail: rejection.detail },
    cancellation:
      cancellation === null
        ? null
        : { reason: cancellation.reason, restock: cancellation.restock, cancelledAt: cancellation.at },
    fulfilment: fulfilment === null ? null : { tracking: fulfilment.tracking, fulfilledAt: fulfilment.at },
    ...(forStaff ? { note: particulars.note, metadata: particulars.metadata } : {}),
  };
};
