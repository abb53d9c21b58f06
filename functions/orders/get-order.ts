import * as z from 'zod';
import { Instant, toInstant } from '../../lib/runtime/clock.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { isStaff, readableOrder } from './access.ts';
import { OrderId, orderNotFound } from './model.ts';
import { foldOrder } from './order-state.ts';
import { Order, viewOf } from './order-view.ts';
import type { OpenOrders } from './store.ts';

export const getOrderRoute = defineRoute({
  method: 'GET',
  path: '/v1/orders/{orderId}',
  summary: 'One order, now or as it was',
  callers: ['publishable', 'customer', 'secret', 'staff'],
  permission: 'orders:read',
  params: z.strictObject({ orderId: OrderId }),
  query: z.strictObject({
    asOf: Instant.optional().meta({ description: 'The order as it was at this instant' }),
  }),
  response: Order,
  status: 200,
  errors: [orderNotFound],
});

export const getOrder =
  ({ orders }: { readonly orders: OpenOrders }): UseCase<typeof getOrderRoute> =>
  async (request) => {
    const { caller, params, query } = request;
    const store = orders(caller.tenant);
    const order = await readableOrder(store, request, params.orderId);
    if (query.asOf === undefined) return { body: viewOf(order, isStaff(caller)), version: order.state.version };

    const asOf = toInstant(new Date(query.asOf));
    const until = (await store.history(order)).filter(({ at }) => at <= asOf);
    const state = foldOrder(params.orderId, until);
    if (state === undefined) throw orderNotFound(`The order ${params.orderId} did not exist at ${asOf}.`);
    return { body: viewOf({ state, particulars: order.particulars }, isStaff(caller)) };
  };
