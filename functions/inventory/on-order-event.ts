import type { EventOf } from '../../lib/runtime/events.ts';
import type { OrderCancelled, OrderConfirmed, OrderFulfilled, OrderRejected } from '../orders/events.ts';
import type { ReservationStore } from './store.ts';

interface Deps {
  readonly reservations: ReservationStore;
}

/** What an order's own events say must be so: a confirmed order has reserved. */
const mustExist = (outcome: 'done' | 'missing', orderId: string): void => {
  if (outcome === 'missing') throw new Error(`The order ${orderId} was confirmed, but nothing is reserved for it`);
};

/** What was held for the order is sold. */
export const commitStock =
  ({ reservations }: Deps) =>
  async ({ tenant, detail, time }: EventOf<typeof OrderConfirmed>): Promise<void> =>
    mustExist(await reservations.commit(tenant, detail.orderId, time), detail.orderId);

/** The order was refused: what was held is available again, and nothing more can be held for it. */
export const releaseStock =
  ({ reservations }: Deps) =>
  async ({ tenant, detail, time, actor }: EventOf<typeof OrderRejected>): Promise<void> =>
    reservations.release(tenant, { orderId: detail.orderId, at: time, actor, restock: true });

/** The order was cancelled: its goods are available again, or written off, as was decided. */
export const restock =
  ({ reservations }: Deps) =>
  async ({ tenant, detail, time, actor }: EventOf<typeof OrderCancelled>): Promise<void> =>
    reservations.release(tenant, { orderId: detail.orderId, at: time, actor, restock: detail.restock });

/** The order has been shipped: its goods no longer lie there. */
export const shipStock =
  ({ reservations }: Deps) =>
  async ({ tenant, detail, time, actor }: EventOf<typeof OrderFulfilled>): Promise<void> =>
    mustExist(await reservations.ship(tenant, { orderId: detail.orderId, at: time, actor }), detail.orderId);
