import * as z from 'zod';
import { pageOf } from '../../lib/runtime/cursor.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Level, locationId } from './model.ts';
import type { StockStore } from './store.ts';
import { VariantIds } from './variant-ids-query.ts';

export const listLevelsRoute = defineRoute({
  method: 'GET',
  path: '/v1/inventory/levels',
  summary: 'List what lies where, of up to 100 variants',
  callers: ['staff', 'secret'],
  permission: 'inventory:read',
  query: z.strictObject({ variantIds: VariantIds, locationId: locationId.schema.optional() }),
  response: pageOf(Level),
  status: 200,
});

/** As of now: consistent, so that a merchant sees what was just changed. */
export const listLevels =
  ({ stock }: { readonly stock: StockStore }): UseCase<typeof listLevelsRoute> =>
  async ({ caller, query }) => {
    const found = await stock.levels(caller.tenant, query.variantIds, { consistent: true });
    const items = found.flatMap(({ levels }) => levels);
    const wanted = items.filter((level) => query.locationId === undefined || level.locationId === query.locationId);
    return { body: { items: wanted, next: null } };
  };
