import { decodeCursor, encodeCursor, ListQuery, pageOf } from '../../lib/runtime/cursor.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Location } from './model.ts';
import type { LocationStore } from './store.ts';

export const listLocationsRoute = defineRoute({
  method: 'GET',
  path: '/v1/inventory/locations',
  summary: 'List locations, in the order in which stock is taken from them',
  callers: ['staff', 'secret'],
  permission: 'inventory:read',
  query: ListQuery.strict(),
  response: pageOf(Location),
  status: 200,
});

const FILTER = { list: 'locations' };

export const listLocations =
  ({ locations }: { readonly locations: LocationStore }): UseCase<typeof listLocationsRoute> =>
  async ({ caller, query }) => {
    const all = await locations.list(caller.tenant);
    const after = query.cursor === undefined ? undefined : decodeCursor(caller.tenant, FILTER, query.cursor)['id'];
    const start = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
    const items = all.slice(start, start + query.limit);
    const last = items.at(-1);
    const more = last !== undefined && start + query.limit < all.length;
    return { body: { items, next: more ? encodeCursor(caller.tenant, FILTER, { id: last.id }) : null } };
  };
