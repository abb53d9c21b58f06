import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Location, locationId, locationNotFound } from './model.ts';
import type { LocationStore } from './store.ts';

export const getLocationRoute = defineRoute({
  method: 'GET',
  path: '/v1/inventory/locations/{locationId}',
  summary: 'Get a location',
  callers: ['staff', 'secret'],
  permission: 'inventory:read',
  params: z.object({ locationId: locationId.schema }),
  response: Location,
  status: 200,
  errors: [locationNotFound],
});

export const getLocation =
  ({ locations }: { readonly locations: LocationStore }): UseCase<typeof getLocationRoute> =>
  async ({ caller, params }) => {
    const location = (await locations.list(caller.tenant)).find(({ id }) => id === params.locationId);
    if (location === undefined) throw locationNotFound(`No location has the id ${params.locationId}.`);
    return { body: location, version: location.version };
  };
