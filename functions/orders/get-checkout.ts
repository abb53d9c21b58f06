import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { isStaff, mayRead } from './access.ts';
import { checkoutNotFound, OrderId } from './model.ts';
import { Order, viewOf } from './order-view.ts';
import { Refusal } from './refusal.ts';
import type { OpenOrders } from './store.ts';

export const getCheckoutRoute = defineRoute({
  method: 'GET',
  path: '/v1/orders/checkouts/{checkoutId}',
  summary: 'How a checkout went',
  callers: ['publishable', 'customer', 'secret', 'staff'],
  permission: 'orders:read',
  params: z.strictObject({ checkoutId: OrderId }),
  response: z
    .object({
      id: OrderId,
      status: z.enum(['pending', 'completed', 'refused']),
      order: Order.nullable().meta({ description: 'Of a completed checkout' }),
      refusal: Refusal.nullable().meta({ description: 'Of a refused one' }),
    })
    .meta({ id: 'Checkout' }),
  status: 200,
  errors: [checkoutNotFound],
});

/** For those who were answered 202. Guests prove themselves by the order's token or the cart's. */
export const getCheckout =
  ({ orders }: { readonly orders: OpenOrders }): UseCase<typeof getCheckoutRoute> =>
  async ({ caller, params, guestToken }) => {
    const id = params.checkoutId;
    const order = await orders(caller.tenant).find(id);
    if (order === undefined || !mayRead(caller, guestToken, order)) {
      throw checkoutNotFound(`There is no checkout ${id} that you may see. Guests send its Order-Token.`);
    }
    const { status, rejection } = order.state;
    if (status === 'pending') return { body: { id, status: 'pending', order: null, refusal: null } };
    if (rejection !== null) return { body: { id, status: 'refused', order: null, refusal: rejection } };
    return { body: { id, status: 'completed', order: viewOf(order, isStaff(caller)), refusal: null } };
  };
