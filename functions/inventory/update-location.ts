import * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { locationForChange } from './locations.ts';
import { Location, locationId, locationNotFound, LocationPatch } from './model.ts';
import type { LocationStore, StoredLocation } from './store.ts';

export const updateLocationRoute = defineRoute({
  method: 'PATCH',
  path: '/v1/inventory/locations/{locationId}',
  summary: 'Change a location',
  callers: ['staff', 'secret'],
  permission: 'inventory:write',
  ifMatch: 'required',
  params: z.object({ locationId: locationId.schema }),
  body: LocationPatch,
  response: Location,
  status: 200,
  errors: [locationNotFound, versionMismatch],
});

interface Deps {
  readonly locations: LocationStore;
  readonly now: Clock;
}

/** Reservations follow a changed priority within 30 s: that long the order of locations is remembered. */
export const updateLocation =
  ({ locations, now }: Deps): UseCase<typeof updateLocationRoute> =>
  async ({ caller, params, body, ifMatch }) => {
    const at = toInstant(now());
    return locations.change(caller.tenant, (all) => {
      const before = locationForChange(all, params.locationId, ifMatch);
      const { name = before.name, country = before.country, priority = before.priority } = body;
      const times = { createdAt: before.createdAt ?? at, updatedAt: at };
      const after: StoredLocation = { ...before, name, country, priority, ...times, version: before.version + 1 };
      const result = { body: after, version: after.version };
      return { locations: all.map((location) => (location.id === after.id ? after : location)), result };
    });
  };
