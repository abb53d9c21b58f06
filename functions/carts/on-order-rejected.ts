import type { EventOf } from '../../lib/runtime/events.ts';
import type { OrderRejected } from '../orders/events.ts';
import type { CartStore } from './store.ts';

/** The order was refused: its shopper can go on with the cart. */
export const reopenCart =
  ({ carts }: { readonly carts: CartStore }) =>
  async ({ tenant, detail }: EventOf<typeof OrderRejected>): Promise<void> =>
    carts.unlock(tenant, detail.cartId, detail.orderId);
