import * as z from 'zod';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { type Answer, defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { locationForChange } from './locations.ts';
import { locationId, locationInUse, locationNotFound } from './model.ts';
import type { LocationStore } from './store.ts';

export const deleteLocationRoute = defineRoute({
  method: 'DELETE',
  path: '/v1/inventory/locations/{locationId}',
  summary: 'Delete a location that was never used',
  callers: ['staff', 'secret'],
  permission: 'inventory:write',
  ifMatch: 'required',
  params: z.object({ locationId: locationId.schema }),
  status: 204,
  errors: [locationNotFound, locationInUse, versionMismatch],
});

/** The ledger names locations for good, so one that ever had stock stays. */
export const deleteLocation =
  ({ locations }: { readonly locations: LocationStore }): UseCase<typeof deleteLocationRoute> =>
  async ({ caller, params, ifMatch }) =>
    locations.change<Answer<undefined>>(caller.tenant, (all) => {
      const location = locationForChange(all, params.locationId, ifMatch);
      if (location.isDefault) throw locationInUse('The default location cannot be deleted.');
      if (location.used)
        throw locationInUse('The location has or had stock, which the ledger names. Rename it instead.');
      return { locations: all.filter(({ id }) => id !== location.id), result: { body: undefined } };
    });
