import type { EventOf } from '../../lib/runtime/events.ts';
import type { OrderCancelled, OrderRejected } from '../orders/events.ts';
import type { RedemptionStore } from './store.ts';

/** The order was refused or cancelled: its coupons can be used again. An order that had none needs no mark. */
export const giveCouponsBack =
  ({ redemptions }: { readonly redemptions: RedemptionStore }) =>
  async ({ tenant, detail }: EventOf<typeof OrderRejected | typeof OrderCancelled>): Promise<void> => {
    if (detail.codes.length > 0) await redemptions.unredeem(tenant, detail.orderId);
  };
