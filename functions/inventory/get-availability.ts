import * as z from 'zod';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { pageOf } from '../../lib/runtime/cursor.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import type { Level, StockItem } from './model.ts';
import type { StockStore } from './store.ts';
import { VariantIds } from './variant-ids-query.ts';

const Availability = z.object({ variantId: OpaqueId, status: z.enum(['in_stock', 'low', 'out', 'backorder']) });
type Status = z.output<typeof Availability>['status'];

export const getAvailabilityRoute = defineRoute({
  method: 'GET',
  path: '/v1/inventory/availability',
  summary: 'Say whether up to 100 variants can be had; unknown ones are left out',
  callers: ['publishable', 'staff', 'secret'],
  permission: 'inventory:read',
  query: z.strictObject({ variantIds: VariantIds }),
  response: pageOf(Availability),
  status: 200,
});

/** So many or fewer are `low`. How many exactly is nobody's business but the merchant's. */
const LOW = 5;

const statusOf = (item: StockItem, levels: readonly Level[]): Status => {
  if (!item.tracked) return 'in_stock';
  const available = levels.reduce((sum, level) => sum + Math.max(0, level.available), 0);
  if (available > LOW) return 'in_stock';
  if (available > 0) return 'low';
  return item.policy === 'continue' ? 'backorder' : 'out';
};

/** Good for a page, not for a promise: only the checkout's reservation is one. */
export const getAvailability =
  ({ stock }: { readonly stock: StockStore }): UseCase<typeof getAvailabilityRoute> =>
  async ({ caller, query }) => {
    const found = await stock.levels(caller.tenant, query.variantIds, { consistent: false });
    const items = found.map(({ item, levels }) => ({ variantId: item.variantId, status: statusOf(item, levels) }));
    return { body: { items, next: null } };
  };
