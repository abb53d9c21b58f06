import { describe, expect, it } from 'vitest';
import { orderNumbers } from '../../functions/orders/order-numbers.ts';
import type { NumberBlocks } from '../../functions/orders/store.ts';
import { tenantA, tenantB } from './fixtures.ts';

const counters = () => {
  const next = new Map<string, number>();
  let writes = 0;
  const blocks: NumberBlocks = {
    allocate: async (tenant, size) => {
      writes += 1;
      const first = next.get(tenant) ?? 0;
      next.set(tenant, first + size);
      return first;
    },
  };
  return { blocks, writes: () => writes };
};

describe('order numbers', () => {
  it('are unique over many environments, and cost a write for a hundred orders', async () => {
    const { blocks, writes } = counters();
    const environments = [orderNumbers(blocks), orderNumbers(blocks), orderNumbers(blocks)];
    const numbers = await Promise.all(Array.from({ length: 900 }, (_, index) => environments[index % 3]?.(tenantA)));
    expect(new Set(numbers).size).toBe(900);
    expect(writes()).toBe(9);
  });

  it('are each tenant’s own', async () => {
    const next = orderNumbers(counters().blocks);
    expect([await next(tenantA), await next(tenantB), await next(tenantA)]).toEqual([0, 0, 1]);
  });

  it('go on after a failure', async () => {
    const { blocks } = counters();
    let fails = true;
    const next = orderNumbers({
      allocate: (tenant, size) => (fails ? Promise.reject(new Error('throttled')) : blocks.allocate(tenant, size)),
    });
    await expect(next(tenantA)).rejects.toThrow('throttled');
    fails = false;
    expect(await next(tenantA)).toBe(0);
  });
});
