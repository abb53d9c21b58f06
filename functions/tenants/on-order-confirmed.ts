import type { EventOf } from '../../lib/runtime/events.ts';
import type { OrderConfirmed } from '../orders/events.ts';
import type { UsageStore } from './usage-store.ts';

/** Counts each confirmed order once, on the day of its confirmation. */
export const countConfirmedOrders =
  ({ usage }: { readonly usage: UsageStore }) =>
  async (events: readonly EventOf<typeof OrderConfirmed>[]): Promise<void> => {
    const ofTenants = Map.groupBy(events, ({ tenant }) => tenant);
    await Promise.all(
      [...ofTenants].map(([tenant, own]) =>
        usage.countOrders(
          tenant,
          own.map(({ detail, time }) => ({ orderId: detail.orderId, confirmedAt: new Date(time) })),
        ),
      ),
    );
  };
