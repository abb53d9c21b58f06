import * as z from 'zod';
import { assertSameRequest } from '../../lib/runtime/api.ts';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { actorOf } from '../../lib/runtime/tenant.ts';
import { changeOrder } from './change-order.ts';
import { CancelReason } from './events.ts';
import { OrderId, orderNotFound, orderStateConflict } from './model.ts';
import { Order, viewOf } from './order-view.ts';
import type { OpenOrders } from './store.ts';

export const cancelOrderRoute = defineRoute({
  method: 'POST',
  path: '/v1/orders/{orderId}/cancel',
  summary: 'Cancel a confirmed order; its payment is voided or refunded',
  callers: ['secret', 'staff'],
  permission: 'orders:write',
  idempotency: 'required',
  params: z.strictObject({ orderId: OrderId }),
  body: z.strictObject({
    reason: CancelReason,
    restock: z.boolean().meta({ description: 'Is what was ordered to be sold again?' }),
  }),
  response: Order,
  status: 200,
  errors: [orderNotFound, orderStateConflict],
});

interface Deps {
  readonly orders: OpenOrders;
  readonly now: Clock;
}

/** Cancels what is confirmed and not yet fulfilled. Stock and payment follow from the event, until they are done. */
export const cancelOrder =
  ({ orders, now }: Deps): UseCase<typeof cancelOrderRoute> =>
  async ({ caller, params, body, idempotency, traceId }) => {
    const { order, changed } = await changeOrder(orders(caller.tenant), params.orderId, ({ state }) => {
      if (state.cancellation?.request.scope === idempotency.scope) {
        assertSameRequest(state.cancellation.request.hash, idempotency);
        return undefined;
      }
      if (state.status !== 'confirmed') {
        throw orderStateConflict(`Only a confirmed order can be cancelled; this one is ${state.status}.`);
      }
      const request = { scope: idempotency.scope, hash: idempotency.requestHash };
      return {
        type: 'OrderCancelled',
        at: toInstant(now()),
        actor: actorOf(caller),
        traceId,
        data: { ...body, request },
      };
    });
    return { body: viewOf(order, true), version: order.state.version, replayed: !changed };
  };
