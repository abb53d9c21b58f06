import type { UsageStore } from './usage-store.ts';

/** Usage in memory: for tests of what is above the store. */
export const memoryUsage = (): UsageStore => {
  const counted = new Map<string, Set<string>>();
  return {
    countOrders: async (tenant, orders) => {
      for (const { orderId, confirmedAt } of orders) {
        const day = `${tenant}/${confirmedAt.toISOString().slice(0, 10)}`;
        counted.set(day, (counted.get(day) ?? new Set()).add(orderId));
      }
    },
    days: async (tenant, from, to) =>
      [...counted]
        .map(([day, orders]) => ({ owner: day.slice(0, -11), date: day.slice(-10), orders: orders.size }))
        .filter(({ owner, date }) => owner === tenant && date >= from && date <= to)
        .toSorted((a, b) => (a.date < b.date ? -1 : 1))
        .map(({ date, orders }) => ({ date, orders })),
  };
};
