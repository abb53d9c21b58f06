import type { EventOf } from '../../lib/runtime/events.ts';
import type { OrderRejected } from '../orders/events.ts';
import type { RedemptionStore } from './store.ts';

/** The order was refused: its coupons can be used again. An order that had none needs no mark. */
export const giveCouponsBack =
  ({ redemptions }: { readonly redemptions: RedemptionStore }) =>
  async ({ tenant, detail }: EventOf<typeof OrderRejected>): Promise<void> => {
    if (detail.codes.length > 0) await redemptions.unredeem(tenant, detail.orderId);
  };
