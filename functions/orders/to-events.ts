import * as z from 'zod';
import { type EventContract, eventOf, type OutgoingEvent } from '../../lib/runtime/events.ts';
import type { Item } from '../../lib/runtime/db.ts';
import type { Change } from '../../lib/runtime/change.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import {
  OrderCancelled,
  OrderConfirmed,
  type OrderDetail,
  OrderFulfilled,
  OrderPlaced,
  OrderRejected,
} from './events.ts';
import { type OrderEvent, isPublished } from './order-event.ts';
import { ORDER_SK, parseOrder } from './order-item.ts';
import { type OrderState, orderStates } from './order-state.ts';
import type { StoredOrder } from './store.ts';

/** An event has 64 kB at most; the lines are all that can be long. */
const MAX_LINES_BYTES = 60_000;

/** What everyone may know of an order in this state. */
export const detailOf = (state: OrderState): OrderDetail => {
  const { placed } = state;
  const quote = placed?.quote;
  const lines = (quote?.lines ?? []).map(({ variantId, productId, sku, quantity, unit, total }) => ({
    variantId,
    productId,
    sku,
    quantity,
    unit,
    total,
  }));
  const linesComplete = lines.length < 100 || JSON.stringify(lines).length <= MAX_LINES_BYTES;
  return {
    orderId: state.orderId,
    number: placed?.number ?? null,
    cartId: state.cartId,
    customerId: placed?.customerId ?? null,
    currency: quote?.currency ?? null,
    total: quote?.total ?? 0,
    taxTotal: quote?.taxTotal ?? 0,
    lines: linesComplete ? lines : [],
    linesComplete,
    codes: placed?.codes ?? [],
    payment:
      placed === null || placed.provider === null
        ? null
        : { provider: placed.provider, paymentId: state.paymentId, amount: placed.quote.total },
    capture: placed?.capture ?? 'now',
    placedAt: state.createdAt,
  };
};

/** What the world hears of an order beyond a version of it. */
export const eventsBeyond = (
  tenant: TenantId,
  { state, recent, base }: Pick<StoredOrder, 'state' | 'recent' | 'base'>,
  version: number,
): readonly OutgoingEvent[] => {
  const states = orderStates(state.orderId, recent, base);
  return recent.flatMap((event, index) => {
    const at = states[index];
    if (at === undefined || at.version <= version || !isPublished(event.type)) return [];
    const publish: Publish = (contract, detail) =>
      eventOf(
        contract,
        {
          tenant,
          time: event.at,
          aggregateId: state.orderId,
          sequence: at.sequence,
          actor: event.actor,
          correlationId: event.traceId,
        },
        detail,
      );
    return outgoing(event, detailOf(at), publish);
  });
};

const StoredTypes = z.array(z.object({ type: z.string() }));
const storedTypes = (item: Item): readonly string[] => StoredTypes.parse(item['events']).map(({ type }) => type);

/** The events that a change of an order's item means: those beyond the version that was there before. */
export const toEvents = ({ tenant, before, after }: Change): readonly OutgoingEvent[] => {
  if (after === undefined || after['sk'] !== ORDER_SK) return [];
  const known = typeof before?.['version'] === 'number' ? before['version'] : 0;
  const added = typeof after['version'] === 'number' ? after['version'] - known : 0;
  // Reading an order costs far more than looking at the types of its newest events.
  if (added <= 0 || !storedTypes(after).slice(-added).some(isPublished)) return [];
  return eventsBeyond(tenant, parseOrder(after), known);
};

type Publish = <Type extends string, Detail extends z.ZodType>(
  contract: EventContract<Type, Detail>,
  detail: z.input<Detail>,
) => OutgoingEvent;

const outgoing = (event: OrderEvent, detail: OrderDetail, publish: Publish): readonly OutgoingEvent[] => {
  switch (event.type) {
    case 'OrderPlaced':
      return [publish(OrderPlaced, detail)];
    case 'OrderConfirmed':
      return [publish(OrderConfirmed, detail)];
    case 'OrderRejected':
      return [publish(OrderRejected, { ...detail, code: event.data.refusal.code })];
    case 'OrderCancelled':
      return [publish(OrderCancelled, { ...detail, reason: event.data.reason, restock: event.data.restock })];
    case 'OrderFulfilled':
      return [publish(OrderFulfilled, detail)];
    default:
      return [];
  }
};
