import * as z from 'zod';
import type { Clock } from '../../lib/runtime/clock.ts';
import { invalidRequest } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import type { UsageStore } from './usage-store.ts';

const MAX_DAYS = 92;
const DAY_MS = 24 * 3600 * 1000;
const Count = z.number().int();

export const getUsageRoute = defineRoute({
  method: 'GET',
  path: '/v1/tenants/current/usage',
  summary: 'Count confirmed orders by day and month',
  callers: ['staff', 'secret'],
  permission: 'tenant:read',
  query: z.strictObject({ from: z.iso.date().optional(), to: z.iso.date().optional() }),
  response: z.object({
    from: z.string(),
    to: z.string(),
    orders: Count,
    /** Days and months without orders are left out. */
    days: z.array(z.object({ date: z.string(), orders: Count })),
    months: z.array(z.object({ month: z.string(), orders: Count })),
  }),
  status: 200,
});

const dateOf = (instant: Date): string => instant.toISOString().slice(0, 10);

/**
 * Usage from `from` to `to`, both included; the current month unless said. Days are UTC days: a contract's counter must
 * not move with the shop's time zone.
 */
export const getUsage =
  ({ usage, now }: { readonly usage: UsageStore; readonly now: Clock }): UseCase<typeof getUsageRoute> =>
  async ({ caller, query }) => {
    const today = dateOf(now());
    const to = query.to ?? (query.from === undefined || query.from <= today ? today : query.from);
    const from = query.from ?? `${to.slice(0, 7)}-01`;
    const length = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
    if (length < 1) throw invalidRequest('query.from: must not be after to.');
    if (length > MAX_DAYS) throw invalidRequest(`query.from: at most ${MAX_DAYS} days can be asked for at once.`);

    const days = await usage.days(caller.tenant, from, to);
    const months = new Map<string, number>();
    for (const { date, orders } of days) months.set(date.slice(0, 7), (months.get(date.slice(0, 7)) ?? 0) + orders);
    return {
      body: {
        from,
        to,
        orders: days.reduce((sum, day) => sum + day.orders, 0),
        days: [...days],
        months: [...months].map(([month, orders]) => ({ month, orders })),
      },
    };
  };
