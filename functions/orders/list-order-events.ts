import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { Amount } from '../../lib/runtime/money.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Actor } from '../../lib/runtime/tenant.ts';
import { isStaff, readableOrder } from './access.ts';
import { CancelReason } from './events.ts';
import { OrderId, orderNotFound, Tracking } from './model.ts';
import type { OrderEvent } from './order-event.ts';
import type { OpenOrders } from './store.ts';

/** An entry of the history; the members beyond the first are those of its type. */
const HistoryEntry = z
  .object({
    type: z.string(),
    at: Instant,
    /** The order's version from then on. */
    version: z.number().int(),
    actor: Actor.nullable().meta({ description: 'Who did it; for staff and secret keys only' }),
    total: Amount.optional(),
    code: z.string().optional(),
    reason: CancelReason.optional(),
    restock: z.boolean().optional(),
    tracking: Tracking.nullable().optional(),
    fields: z.array(z.string()).optional(),
    capturedAmount: Amount.optional(),
    refundedAmount: Amount.optional(),
  })
  .meta({ id: 'OrderHistoryEntry' });
type HistoryEntry = z.output<typeof HistoryEntry>;

export const listOrderEventsRoute = defineRoute({
  method: 'GET',
  path: '/v1/orders/{orderId}/events',
  summary: 'What happened to an order, oldest first',
  callers: ['publishable', 'customer', 'secret', 'staff'],
  permission: 'orders:read',
  params: z.strictObject({ orderId: OrderId }),
  response: z.object({ items: z.array(HistoryEntry), next: z.null() }),
  status: 200,
  errors: [orderNotFound],
});

const factsOf = (event: OrderEvent): Partial<HistoryEntry> => {
  switch (event.type) {
    case 'OrderPlaced':
      return { total: event.data.quote.total };
    case 'OrderConfirmed':
      return {};
    case 'OrderRejected':
      return { code: event.data.refusal.code };
    case 'OrderCancelled':
      return { reason: event.data.reason, restock: event.data.restock };
    case 'OrderFulfilled':
      return { tracking: event.data.tracking };
    case 'OrderUpdated':
      return { fields: event.data.fields };
    default: {
      const { capturedAmount, refundedAmount, failureCode } = event.data;
      return { capturedAmount, refundedAmount, ...(failureCode === null ? {} : { code: failureCode }) };
    }
  }
};

export const listOrderEvents =
  ({ orders }: { readonly orders: OpenOrders }): UseCase<typeof listOrderEventsRoute> =>
  async (request) => {
    const store = orders(request.caller.tenant);
    const forStaff = isStaff(request.caller);
    const history = await store.history(await readableOrder(store, request, request.params.orderId));
    const entries = history.map((event, index) => ({
      type: event.type,
      at: event.at,
      version: index + 1,
      actor: forStaff ? event.actor : null,
      ...factsOf(event),
    }));
    // What staff noted down is no news for the shopper.
    const items = forStaff ? entries : entries.filter(({ type }) => type !== 'OrderUpdated');
    return { body: { items, next: null } };
  };
