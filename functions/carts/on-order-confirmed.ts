import type { EventOf } from '../../lib/runtime/events.ts';
import type { OrderConfirmed } from '../orders/events.ts';
import type { CartStore } from './store.ts';

/** The cart has become the order: it takes no more changes. */
export const closeCart =
  ({ carts }: { readonly carts: CartStore }) =>
  async ({ tenant, detail }: EventOf<typeof OrderConfirmed>): Promise<void> =>
    carts.close(tenant, detail.cartId, detail.orderId);
