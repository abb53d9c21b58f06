import * as z from 'zod';
import { assertSameRequest } from '../../lib/runtime/api.ts';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { actorOf } from '../../lib/runtime/tenant.ts';
import { changeOrder } from './change-order.ts';
import { OrderId, orderNotFound, orderStateConflict, paymentFailed, Tracking } from './model.ts';
import { Order, viewOf } from './order-view.ts';
import type { OpenOrders } from './store.ts';

export const fulfilOrderRoute = defineRoute({
  method: 'POST',
  path: '/v1/orders/{orderId}/fulfilments',
  summary: 'Say that the whole order was handed over',
  callers: ['secret', 'staff'],
  permission: 'orders:write',
  idempotency: 'required',
  params: z.strictObject({ orderId: OrderId }),
  body: z.strictObject({ tracking: Tracking.optional() }),
  response: Order,
  status: 201,
  errors: [orderNotFound, orderStateConflict, paymentFailed],
});

interface Deps {
  readonly orders: OpenOrders;
  readonly now: Clock;
}

/** Fulfils the whole order, once. Shipping it in parts is another matter. */
export const fulfilOrder =
  ({ orders, now }: Deps): UseCase<typeof fulfilOrderRoute> =>
  async ({ caller, params, body, idempotency, traceId }) => {
    const { order, changed } = await changeOrder(orders(caller.tenant), params.orderId, ({ state }) => {
      if (state.fulfilment?.request.scope === idempotency.scope) {
        assertSameRequest(state.fulfilment.request.hash, idempotency);
        return undefined;
      }
      if (state.status !== 'confirmed') {
        throw orderStateConflict(`Only a confirmed order can be fulfilled; this one is ${state.status}.`);
      }
      if (state.paymentStatus === 'payment_failed') {
        throw paymentFailed('The payment could not be captured. Capture it first: POST /v1/payments/{id}/capture.');
      }
      const request = { scope: idempotency.scope, hash: idempotency.requestHash };
      return {
        type: 'OrderFulfilled',
        at: toInstant(now()),
        actor: actorOf(caller),
        traceId,
        data: { tracking: body.tracking ?? null, request },
      };
    });
    return {
      body: viewOf(order, true),
      version: order.state.version,
      location: `/v1/orders/${params.orderId}`,
      replayed: !changed,
    };
  };
