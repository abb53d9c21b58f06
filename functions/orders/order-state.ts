import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { Amount } from '../../lib/runtime/money.ts';
import { CancelReason } from './events.ts';
import { OrderStatus, type PaymentStatus, PaymentStatus as PaymentStatusSchema, Tracking } from './model.ts';
import { type OrderEvent, type PaymentEventType, PlacedFacts, isPublished } from './order-event.ts';
import { Refusal } from './refusal.ts';

const ByRequest = { at: Instant, request: z.object({ scope: z.string(), hash: z.string() }) };

/** An order at one point of its history: the fold of its events up to there. */
export const OrderState = z.object({
  orderId: OpaqueId,
  cartId: OpaqueId,
  status: OrderStatus,
  paymentStatus: PaymentStatusSchema,
  /** Number of events: the ETag. */
  version: z.number().int().min(1),
  /** Number of published events: their sequence, without gaps. */
  sequence: z.number().int().min(1),
  /** Null when it was refused before it was placed. */
  placed: PlacedFacts.nullable(),
  paymentId: OpaqueId.nullable(),
  /** Sequences of the payment's events that are in the history. */
  paymentSequences: z.array(z.number().int()),
  capturedAmount: Amount,
  refundedAmount: Amount,
  rejection: Refusal.nullable(),
  cancellation: z.object({ reason: CancelReason, restock: z.boolean(), ...ByRequest }).nullable(),
  fulfilment: z.object({ tracking: Tracking.nullable(), ...ByRequest }).nullable(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type OrderState = z.output<typeof OrderState>;

const PAYMENT_STATUS: Readonly<Record<PaymentEventType, PaymentStatus>> = {
  PaymentCaptured: 'captured',
  PaymentCaptureFailed: 'payment_failed',
  PaymentVoided: 'voided',
  PaymentRefunded: 'refunded',
};

/** The beginning: an order is placed, or refused before it could be. */
const first = (orderId: string, event: OrderEvent): OrderState => {
  const common = {
    orderId,
    version: 1,
    sequence: 1,
    paymentId: null,
    paymentSequences: [],
    capturedAmount: 0,
    refundedAmount: 0,
    cancellation: null,
    fulfilment: null,
    createdAt: event.at,
    updatedAt: event.at,
  };
  if (event.type === 'OrderPlaced') {
    const { cartId, provider } = event.data;
    const paymentStatus = provider === null ? 'none' : 'pending';
    return { ...common, cartId, status: 'pending', paymentStatus, placed: event.data, rejection: null };
  }
  if (event.type === 'OrderRejected') {
    const { cartId, refusal } = event.data;
    return { ...common, cartId, status: 'rejected', paymentStatus: 'none', placed: null, rejection: refusal };
  }
  throw new Error(`${event.type} cannot be the first event of an order`);
};

/**
 * The state after one more event.
 * @throws when the event cannot follow: whoever appends checks that first, so a history with such an event is damaged
 */
export const applyEvent = (orderId: string, state: OrderState | undefined, event: OrderEvent): OrderState => {
  if (state === undefined) return first(orderId, event);
  const next: OrderState = {
    ...state,
    version: state.version + 1,
    sequence: state.sequence + (isPublished(event.type) ? 1 : 0),
    updatedAt: event.at,
  };
  const must = (status: OrderState['status']): void => {
    if (state.status !== status) throw new Error(`${event.type} cannot follow in an order that is ${state.status}`);
  };
  switch (event.type) {
    case 'OrderPlaced':
      throw new Error('An order is placed once');
    case 'OrderConfirmed': {
      must('pending');
      const paymentStatus = state.paymentStatus === 'pending' ? 'authorized' : state.paymentStatus;
      return { ...next, status: 'confirmed', paymentStatus, paymentId: event.data.paymentId };
    }
    case 'OrderRejected':
      must('pending');
      return { ...next, status: 'rejected', rejection: event.data.refusal };
    case 'OrderCancelled':
      must('confirmed');
      return { ...next, status: 'cancelled', cancellation: { at: event.at, ...event.data } };
    case 'OrderFulfilled':
      must('confirmed');
      return { ...next, status: 'fulfilled', fulfilment: { at: event.at, ...event.data } };
    case 'OrderUpdated':
      return next;
    default: {
      const { sequence, paymentId, capturedAmount, refundedAmount } = event.data;
      const paymentSequences = [...state.paymentSequences, sequence];
      // Events come in any order; each tells the whole payment, so the one with the highest sequence counts.
      if (state.paymentSequences.some((known) => known >= sequence)) return { ...next, paymentSequences };
      const paymentStatus = PAYMENT_STATUS[event.type];
      return { ...next, paymentSequences, paymentStatus, paymentId, capturedAmount, refundedAmount };
    }
  }
};

/** The states after each of the events, beginning with `from`. */
export const orderStates = (
  orderId: string,
  events: readonly OrderEvent[],
  from: OrderState | undefined = undefined,
): readonly OrderState[] => {
  let state = from;
  return events.map((event) => (state = applyEvent(orderId, state, event)));
};

/** The order after all of its events; undefined when there are none. */
export const foldOrder = (
  orderId: string,
  events: readonly OrderEvent[],
  from: OrderState | undefined = undefined,
): OrderState | undefined => orderStates(orderId, events, from).at(-1) ?? from;
