import * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { actorOf } from '../../lib/runtime/tenant.ts';
import { parsePart } from '../../lib/runtime/validation.ts';
import { readableOrder } from './access.ts';
import { Metadata, OrderId, orderNotFound, orderStateConflict } from './model.ts';
import { Order, viewOf } from './order-view.ts';
import type { OpenOrders } from './store.ts';

export const updateOrderRoute = defineRoute({
  method: 'PATCH',
  path: '/v1/orders/{orderId}',
  summary: 'Change the note and the metadata of an order',
  callers: ['secret', 'staff'],
  permission: 'orders:write',
  ifMatch: 'required',
  params: z.strictObject({ orderId: OrderId }),
  body: z
    .strictObject({
      note: z.string().max(2000).nullable().optional(),
      metadata: z
        .record(z.string().min(1).max(40), z.string().max(500).nullable())
        .optional()
        .meta({ description: 'Merged entry by entry; null takes an entry out' }),
    })
    .refine((body) => Object.keys(body).length > 0, { error: 'must change something' }),
  response: Order,
  status: 200,
  errors: [orderNotFound, orderStateConflict, versionMismatch],
});

interface Deps {
  readonly orders: OpenOrders;
  readonly now: Clock;
}

/** A merge patch of what staff may write. The history keeps which fields were changed, not their contents. */
export const updateOrder =
  ({ orders, now }: Deps): UseCase<typeof updateOrderRoute> =>
  async (request) => {
    const { caller, params, body, ifMatch, traceId } = request;
    const store = orders(caller.tenant);
    const order = await readableOrder(store, request, params.orderId);
    const stale = (): Error =>
      versionMismatch('The order was changed since you read it. Read it again and repeat your change.');
    if (order.state.version !== ifMatch) throw stale();
    if (order.state.status === 'pending') {
      throw orderStateConflict('The order has no verdict yet. Try again in a moment.');
    }

    const metadata = parsePart(
      Metadata,
      'body.metadata',
      Object.fromEntries(
        Object.entries({ ...order.particulars.metadata, ...body.metadata }).filter(([, value]) => value !== null),
      ),
    );
    const note = body.note === undefined ? order.particulars.note : body.note;
    const changed = await store.append(
      order,
      {
        type: 'OrderUpdated',
        at: toInstant(now()),
        actor: actorOf(caller),
        traceId,
        data: { fields: (['note', 'metadata'] as const).filter((field) => body[field] !== undefined) },
      },
      { ...order.particulars, note, metadata },
    );
    if (changed === 'conflict') throw stale();
    return { body: viewOf(changed, true), version: changed.state.version };
  };
