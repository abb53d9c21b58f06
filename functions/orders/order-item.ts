import * as z from 'zod';
import type { Item } from '../../lib/runtime/db.ts';
import { key } from '../../lib/runtime/keys.ts';
import { Actor } from '../../lib/runtime/tenant.ts';
import { OrderEvent } from './order-event.ts';
import { foldOrder, OrderState } from './order-state.ts';
import { pack, unpack } from './packed.ts';
import { Particulars } from './particulars.ts';
import type { StoredOrder } from './store.ts';

/**
 * How an order lies in the table: one item with its newest events, and chunks of older ones once there are more than 32.
 * `status`, `paymentStatus` and `version` are also attributes of their own, because conditions can only see attributes.
 */
export const ORDER_SK = 'order';
export const orderKey = (orderId: string) => ({ pk: key('order', orderId), sk: ORDER_SK });
export const CHUNK_PREFIX = 'events#';
export const chunkKey = (orderId: string, firstVersion: number) => ({
  pk: key('order', orderId),
  sk: CHUNK_PREFIX + String(firstVersion).padStart(8, '0'),
});

/** Events in the order's item at most, and how many stay when it is full. */
export const MAX_RECENT = 32;
export const KEPT_RECENT = 8;

/** Facts longer than this, as JSON, are packed. */
const PACK_ABOVE = 256;

const StoredActor = z.string().transform((text, context) => {
  const [type, ...id] = text.split(':');
  const actor = Actor.safeParse({ type, id: id.join(':') });
  if (actor.success) return actor.data;
  context.addIssue('is no actor');
  return z.NEVER;
});
const StoredEvent = z.object({
  type: z.string(),
  at: z.string(),
  actor: StoredActor,
  traceId: z.string(),
  data: z.unknown().optional(),
  packed: z.unknown().optional(),
});

export const toStoredEvent = ({ type, at, actor, traceId, data }: OrderEvent): Item => ({
  type,
  at,
  actor: `${actor.type}:${actor.id}`,
  traceId,
  ...(JSON.stringify(data).length > PACK_ABOVE ? { packed: pack(data) } : { data }),
});

const fromStoredEvent = (stored: z.output<typeof StoredEvent>): OrderEvent => {
  const { packed, data, ...event } = stored;
  return OrderEvent.parse({ ...event, data: packed === undefined ? data : unpack(packed) });
};

export const parseEvents = (events: unknown): OrderEvent[] => z.array(StoredEvent).parse(events).map(fromStoredEvent);

const OrderItem = z.object({
  pk: z.string(),
  attempt: z.string(),
  epoch: z.number().int(),
  requestHash: z.string(),
  parked: z.boolean().optional(),
  tokenHash: z.string().optional(),
  customerId: z.string().optional(),
  events: z.array(StoredEvent),
  /** The state before the first of `events`, packed; absent while they are all here. */
  base: z.unknown().optional(),
  contact: Particulars.pick({ email: true, shippingAddress: true, billingAddress: true }).partial().optional(),
  note: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});

/** The order's id in its partition key. */
export const orderIdOf = (pk: string): string => pk.slice(pk.indexOf('#') + 1);

export const parseOrder = (item: Item): StoredOrder => {
  const parsed = OrderItem.parse(item);
  const orderId = orderIdOf(parsed.pk);
  const base = parsed.base === undefined ? undefined : OrderState.parse(unpack(parsed.base));
  const recent = parsed.events.map(fromStoredEvent);
  const state = foldOrder(orderId, recent, base);
  if (state === undefined) throw new Error(`The order ${orderId} has no events`);
  return {
    state,
    recent,
    base,
    particulars: {
      email: parsed.contact?.email ?? null,
      shippingAddress: parsed.contact?.shippingAddress ?? null,
      billingAddress: parsed.contact?.billingAddress ?? null,
      note: parsed.note ?? null,
      metadata: parsed.metadata ?? {},
    },
    control: {
      attempt: parsed.attempt,
      epoch: parsed.epoch,
      requestHash: parsed.requestHash,
      parked: parsed.parked ?? false,
      customerId: parsed.customerId ?? null,
      tokenHash: parsed.tokenHash ?? null,
    },
  };
};

/** The personal part, without what is not there; one attribute, so that one update erases it. */
export const contactOf = ({ email, shippingAddress, billingAddress }: Particulars): Item => ({
  ...(email === null ? {} : { email }),
  ...(shippingAddress === null ? {} : { shippingAddress }),
  ...(billingAddress === null ? {} : { billingAddress }),
});

/**
 * Splits a full list: the events that move into a chunk with the version of the first, those that stay, and the state
 * before these.
 */
export const spill = (order: StoredOrder) => {
  const moved = order.recent.slice(0, order.recent.length - KEPT_RECENT);
  const kept = order.recent.slice(order.recent.length - KEPT_RECENT);
  const base = foldOrder(order.state.orderId, moved, order.base);
  if (base === undefined) throw new Error('There is nothing to move out of the order');
  return { moved, kept, base, firstVersion: base.version - moved.length + 1 };
};
