import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { Amount } from '../../lib/runtime/money.ts';
import { Actor } from '../../lib/runtime/tenant.ts';
import { Quote } from '../pricing/calls.ts';
import { CancelReason } from './events.ts';
import { Tracking } from './model.ts';
import { Refusal } from './refusal.ts';

/** What was ordered, and on what terms. No person: who it is for is in the order's particulars. */
export const PlacedFacts = z.object({
  number: z.string(),
  cartId: OpaqueId,
  customerId: OpaqueId.nullable(),
  locale: z.string(),
  codes: z.array(z.string()),
  quote: Quote,
  capture: z.enum(['now', 'fulfilment']),
  /** The payment provider; null when there is nothing to pay. */
  provider: z.string().nullable(),
});
export type PlacedFacts = z.output<typeof PlacedFacts>;

/** The request that did something that must not happen twice: `scope` finds it again, `hash` says if it is the same. */
const ByRequest = { request: z.object({ scope: z.string(), hash: z.string() }) };

const PaymentFacts = z.object({
  paymentId: OpaqueId,
  /** Position among the payment's own published events: says which of two is the newer. */
  sequence: z.number().int().min(1),
  capturedAmount: Amount,
  refundedAmount: Amount,
  failureCode: z.string().nullable(),
});

const FACTS = {
  OrderPlaced: PlacedFacts,
  OrderConfirmed: z.object({ paymentId: OpaqueId.nullable() }),
  OrderRejected: z.object({ cartId: OpaqueId, refusal: Refusal }),
  OrderCancelled: z.object({ reason: CancelReason, restock: z.boolean(), ...ByRequest }),
  OrderFulfilled: z.object({ tracking: Tracking.nullable(), ...ByRequest }),
  /** Only which particulars were changed: their contents must stay erasable. */
  OrderUpdated: z.object({ fields: z.array(z.enum(['note', 'metadata'])) }),
  PaymentCaptured: PaymentFacts,
  PaymentCaptureFailed: PaymentFacts,
  PaymentVoided: PaymentFacts,
  PaymentRefunded: PaymentFacts,
} as const;

const event = <const Type extends keyof typeof FACTS>(type: Type) =>
  z.object({
    type: z.literal(type),
    at: Instant,
    actor: Actor,
    traceId: z.string(),
    data: FACTS[type],
  });

/** One entry of an order's history. An order is the fold of these. */
export const OrderEvent = z.discriminatedUnion('type', [
  event('OrderPlaced'),
  event('OrderConfirmed'),
  event('OrderRejected'),
  event('OrderCancelled'),
  event('OrderFulfilled'),
  event('OrderUpdated'),
  event('PaymentCaptured'),
  event('PaymentCaptureFailed'),
  event('PaymentVoided'),
  event('PaymentRefunded'),
]);
export type OrderEvent = z.output<typeof OrderEvent>;
export type OrderEventOf<Type extends OrderEvent['type']> = Extract<OrderEvent, { type: Type }>;

/** The payment's events, which an order takes into its history. */
export type PaymentEventType = Extract<OrderEvent['type'], `Payment${string}`>;

/** The entries that the world hears of; the others are known from the payment or are nobody's business. */
const PUBLISHED: ReadonlySet<string> = new Set<OrderEvent['type']>([
  'OrderPlaced',
  'OrderConfirmed',
  'OrderRejected',
  'OrderCancelled',
  'OrderFulfilled',
]);
export const isPublished = (type: string): boolean => PUBLISHED.has(type);
