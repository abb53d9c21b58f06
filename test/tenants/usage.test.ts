import { describe, expect, it } from 'vitest';
import { getUsage, getUsageRoute } from '../../functions/tenants/get-usage.ts';
import { memoryUsage } from '../../functions/tenants/memory-usage-store.ts';
import { countConfirmedOrders } from '../../functions/tenants/on-order-confirmed.ts';
import { OrderConfirmed } from '../../functions/orders/events.ts';
import { toInstant } from '../../lib/runtime/clock.ts';
import { defineId } from '../../lib/runtime/ids.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { blank, secretKeyOf, START, tenantA, tenantB } from './fixtures.ts';

const orderId = defineId<'OrderId'>('ord');
const confirmed = (tenant: TenantId, order: string, time: string) => {
  const id = orderId.derive(order);
  return {
    id: `${id}:2`,
    tenant,
    type: 'OrderConfirmed',
    version: 1,
    time: toInstant(new Date(time)),
    aggregateId: id,
    sequence: 2,
    actor: { type: 'customer' as const, id: 'cus_1' },
    correlationId: 'trace-1',
    detail: OrderConfirmed.detail.parse({
      orderId: id,
      number: '10012',
      cartId: defineId('cart').derive(order),
      customerId: null,
      currency: 'EUR',
      total: 100,
      taxTotal: 16,
      lines: [],
      linesComplete: true,
      codes: [],
      payment: null,
      capture: 'now',
      placedAt: time,
    }),
  };
};

const setUp = () => {
  const usage = memoryUsage();
  const count = countConfirmedOrders({ usage });
  const get = getUsage({ usage, now: () => START });
  const ask = (query: { from?: string; to?: string }, tenant = tenantA) =>
    get({ ...blank, caller: secretKeyOf(tenant), query: getUsageRoute.query.parse(query) });
  return { count, ask };
};

describe('usage', () => {
  it('counts each confirmed order once, on its day, for its tenant', async () => {
    const { count, ask } = setUp();
    const orders = [
      confirmed(tenantA, '1', '2026-02-28T23:59:59.999Z'),
      confirmed(tenantA, '2', '2026-03-01T00:00:00.000Z'),
      confirmed(tenantA, '3', '2026-03-01T11:00:00.000Z'),
      confirmed(tenantB, '4', '2026-03-01T11:00:00.000Z'),
    ];
    for (const batch of [orders, orders.slice(1), [...orders, ...orders]]) await count(batch);
    expect((await ask({ from: '2026-02-01', to: '2026-03-31' })).body).toEqual({
      from: '2026-02-01',
      to: '2026-03-31',
      orders: 3,
      days: [
        { date: '2026-02-28', orders: 1 },
        { date: '2026-03-01', orders: 2 },
      ],
      months: [
        { month: '2026-02', orders: 1 },
        { month: '2026-03', orders: 2 },
      ],
    });
    expect((await ask({}, tenantB)).body.orders).toBe(1);
  });

  it('is that of the current month unless said', async () => {
    const { ask } = setUp();
    expect((await ask({})).body).toMatchObject({ from: '2026-03-01', to: '2026-03-01', orders: 0 });
    expect((await ask({ to: '2026-01-15' })).body).toMatchObject({ from: '2026-01-01', to: '2026-01-15' });
  });

  it('is told for 92 days at most, in the order of time', async () => {
    const { ask } = setUp();
    await expect(ask({ from: '2026-01-01', to: '2026-04-03' })).rejects.toMatchObject({ code: 'invalid_request' });
    expect((await ask({ from: '2026-01-01', to: '2026-04-02' })).body.orders).toBe(0);
    await expect(ask({ from: '2026-03-02', to: '2026-03-01' })).rejects.toMatchObject({ code: 'invalid_request' });
    expect(getUsageRoute.query.safeParse({ from: '2026-02-30' }).success).toBe(false);
    expect(getUsageRoute.query.safeParse({ from: 'today' }).success).toBe(false);
  });
});
