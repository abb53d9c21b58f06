import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { NumberBlocks } from './store.ts';

/** Numbers that are fetched at a time: so many orders share one write, and at most so many numbers are left unused. */
const BLOCK = 100;
/** Tenants whose blocks are kept at once in one environment. */
const MAX_TENANTS = 1000;

interface Block {
  next: number;
  readonly end: number;
}

/** The next number of a tenant's orders, without the prefix. */
export type OrderNumbers = (tenant: TenantId) => Promise<number>;

/**
 * Numbers are handed out from blocks that an environment fetches for itself, so that placing an order waits for no
 * counter. They are unique and rise roughly with time; gaps are allowed.
 */
export const orderNumbers = (blocks: NumberBlocks): OrderNumbers => {
  const byTenant = new Map<TenantId, Promise<Block>>();
  const fetchBlock = (tenant: TenantId): Promise<Block> => {
    if (byTenant.size >= MAX_TENANTS) byTenant.clear();
    const block = blocks.allocate(tenant, BLOCK).then((first) => ({ next: first, end: first + BLOCK }));
    byTenant.set(tenant, block);
    // What failed is fetched again by the next order; this one gets the error.
    block.catch(() => {
      if (byTenant.get(tenant) === block) byTenant.delete(tenant);
    });
    return block;
  };
  return async (tenant) => {
    for (;;) {
      const pending = byTenant.get(tenant) ?? fetchBlock(tenant);
      const block = await pending;
      if (block.next < block.end) {
        block.next += 1;
        return block.next - 1;
      }
      if (byTenant.get(tenant) === pending) byTenant.delete(tenant);
    }
  };
};
