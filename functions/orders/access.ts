import type { TenantCaller } from '../../lib/runtime/tenant.ts';
import { orderNotFound } from './model.ts';
import { provesGuest } from './order-token.ts';
import type { OrderStore, StoredOrder } from './store.ts';

export const isStaff = (caller: TenantCaller): boolean => caller.kind === 'staff' || caller.kind === 'secret';

/** Is it the caller's: a customer's own, a guest's by token, any for staff? */
export const mayRead = (caller: TenantCaller, guestToken: string | undefined, order: StoredOrder): boolean => {
  const { customerId, tokenHash } = order.control;
  return (
    isStaff(caller) ||
    (caller.kind === 'customer' && customerId === caller.actorId) ||
    provesGuest(tokenHash, order.state.orderId, guestToken)
  );
};

/**
 * The order, if there is one and the caller may know.
 * @throws order_not_found (404), also for what is somebody else's
 */
export const readableOrder = async (
  orders: OrderStore,
  request: { readonly caller: TenantCaller; readonly guestToken: string | undefined },
  orderId: string,
): Promise<StoredOrder> => {
  const order = await orders.find(orderId);
  if (order === undefined || order.state.placed === null || !mayRead(request.caller, request.guestToken, order)) {
    throw orderNotFound(`There is no order ${orderId} that you may see. Guests send its Order-Token.`);
  }
  return order;
};
