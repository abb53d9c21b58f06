import { Instant } from '../../lib/runtime/clock.ts';
import { decodeCursor, encodeCursor, ListQuery, pageOf } from '../../lib/runtime/cursor.ts';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Movement } from './model.ts';
import type { StockStore } from './store.ts';

export const listMovementsRoute = defineRoute({
  method: 'GET',
  path: '/v1/inventory/movements',
  summary: "List a variant's movements, oldest first",
  callers: ['staff', 'secret'],
  permission: 'inventory:read',
  query: ListQuery.extend({ variantId: OpaqueId, from: Instant.optional() }).strict(),
  response: pageOf(Movement),
  status: 200,
});

export const listMovements =
  ({ stock }: { readonly stock: StockStore }): UseCase<typeof listMovementsRoute> =>
  async ({ caller, query }) => {
    const { variantId, from, limit, cursor } = query;
    const filter = { movementsOf: variantId, from };
    const after = cursor === undefined ? undefined : decodeCursor(caller.tenant, filter, cursor);
    const page = await stock.movements(caller.tenant, variantId, { from, limit, after });
    const next = page.last === undefined ? null : encodeCursor(caller.tenant, filter, page.last);
    return { body: { items: [...page.items], next } };
  };
