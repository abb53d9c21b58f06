import type { EventOf } from '../../lib/runtime/events.ts';
import type { OrderConfirmed } from '../orders/events.ts';
import type { UsageStore } from './usage-store.ts';

/** Counts each confirmed order once, on the day of its confirmation. */
export const countConfirmedOrder =
  ({ usage }: { readonly usage: UsageStore }) =>
  async ({ tenant, time, detail }: EventOf<typeof OrderConfirmed>): Promise<void> => {
    await usage.countOrder(tenant, detail.orderId, new Date(time));
  };
