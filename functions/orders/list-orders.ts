import * as z from 'zod';
import { Instant, toInstant } from '../../lib/runtime/clock.ts';
import { decodeCursor, encodeCursor, ListQuery, pageOf } from '../../lib/runtime/cursor.ts';
import { invalidRequest } from '../../lib/runtime/errors.ts';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { isStaff } from './access.ts';
import { OrderId, OrderStatus, PaymentStatus } from './model.ts';
import { OrderSummary, summaryOf } from './order-view.ts';
import { emailHash } from './particulars.ts';
import type { OpenOrders, StoredOrder } from './store.ts';

const Ids = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(OrderId).min(1).max(100));

export const listOrdersRoute = defineRoute({
  method: 'GET',
  path: '/v1/orders',
  summary: 'Orders, newest first',
  callers: ['customer', 'secret', 'staff'],
  permission: 'orders:read',
  query: ListQuery.extend({
    ids: Ids.optional().meta({ description: 'These, separated by commas, 100 at most' }),
    status: OrderStatus.optional().meta({ description: 'Refused orders are listed only with `rejected`' }),
    paymentStatus: PaymentStatus.optional(),
    customerId: OpaqueId.optional(),
    number: z.string().max(40).optional(),
    email: z.email().max(254).optional().meta({ description: "Of guests' orders; customers' are found by customerId" }),
    from: Instant.optional().meta({ description: 'Placed at or after' }),
    to: Instant.optional().meta({ description: 'Placed before' }),
  }).strict(),
  response: pageOf(OrderSummary),
  status: 200,
});

/** A customer's own orders, or all of the shop for staff. */
export const listOrders =
  ({ orders }: { readonly orders: OpenOrders }): UseCase<typeof listOrdersRoute> =>
  async ({ caller, query }) => {
    const { limit, cursor, ids, email, ...conditions } = query;
    const store = orders(caller.tenant);
    const own = caller.kind === 'customer' ? caller.actorId : undefined;
    if (!isStaff(caller) && (conditions.customerId !== undefined || email !== undefined)) {
      throw invalidRequest('customerId and email are filters for staff; you see your own orders.');
    }

    if (ids !== undefined) {
      const visible = ({ state, control }: StoredOrder): boolean =>
        state.placed !== null && (own === undefined || control.customerId === own);
      const found = (await store.findAll([...new Set(ids)])).filter(visible);
      const byId = new Map(found.map((order) => [order.state.orderId, order]));
      return { body: { items: ids.flatMap((id) => summaries(byId.get(id))), next: null } };
    }

    const filter = {
      ...conditions,
      from: normal(conditions.from),
      to: normal(conditions.to),
      ...(own === undefined ? {} : { customerId: own }),
      ...(email === undefined ? {} : { emailHash: emailHash(caller.tenant, email) }),
    };
    const after = cursor === undefined ? undefined : decodeCursor(caller.tenant, filter, cursor);
    const page = await store.list(filter, limit, after);
    const next = page.next === undefined ? null : encodeCursor(caller.tenant, filter, page.next);
    return { body: { items: page.orders.map(summaryOf), next } };
  };

/** Instants are compared as text, so they need the same precision. */
const normal = (instant: Instant | undefined) => (instant === undefined ? undefined : toInstant(new Date(instant)));

const summaries = (order: StoredOrder | undefined) => (order === undefined ? [] : [summaryOf(order)]);
