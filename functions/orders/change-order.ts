import { temporarilyUnavailable } from '../../lib/runtime/errors.ts';
import { orderNotFound } from './model.ts';
import type { OrderEvent } from './order-event.ts';
import type { OrderStore, StoredOrder } from './store.ts';

/** Two writers of one order meet seldom; so many in a row do not. */
const MAX_TRIES = 5;

/**
 * Reads an order, decides, and appends to the very version that was decided on; when it was changed meanwhile, decides
 * anew. `decide` answers with the event, or with undefined when there is nothing to do, or throws a refusal.
 *
 * @throws order_not_found (404) when there is no such order, or only a refused checkout
 */
export const changeOrder = async (
  orders: OrderStore,
  orderId: string,
  decide: (order: StoredOrder) => OrderEvent | undefined,
): Promise<{ readonly order: StoredOrder; readonly changed: boolean }> => {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const order = await orders.find(orderId);
    if (order === undefined || order.state.placed === null) throw orderNotFound(`There is no order ${orderId}.`);
    const event = decide(order);
    if (event === undefined) return { order, changed: false };
    const changed = await orders.append(order, event);
    if (changed !== 'conflict') return { order: changed, changed: true };
  }
  throw temporarilyUnavailable(`The order ${orderId} is being changed by others. Try again in a moment.`, {
    retryAfter: 1,
  });
};
