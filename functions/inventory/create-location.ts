import { assertSameRequest } from '../../lib/runtime/api.ts';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { type Answer, defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Location, locationId, LocationInput, tooManyLocations } from './model.ts';
import type { LocationStore, StoredLocation } from './store.ts';

export const createLocationRoute = defineRoute({
  method: 'POST',
  path: '/v1/inventory/locations',
  summary: 'Create a location',
  callers: ['staff', 'secret'],
  permission: 'inventory:write',
  idempotency: 'required',
  body: LocationInput,
  response: Location,
  status: 201,
  errors: [tooManyLocations],
});

interface Deps {
  readonly locations: LocationStore;
  readonly now: Clock;
}

const MAX_LOCATIONS = 50;

export const createLocation =
  ({ locations, now }: Deps): UseCase<typeof createLocationRoute> =>
  async ({ caller, body, idempotency }) => {
    const id = locationId.derive(caller.tenant, idempotency.scope);
    const at = toInstant(now());
    const answer = await locations.change<Answer<StoredLocation>>(caller.tenant, (all) => {
      const earlier = all.find((location) => location.id === id);
      if (earlier !== undefined) {
        assertSameRequest(earlier.requestHash, idempotency);
        return { locations: all, result: { body: earlier, version: earlier.version, replayed: true } };
      }
      if (all.length >= MAX_LOCATIONS) throw tooManyLocations(`A shop has ${MAX_LOCATIONS} locations at most.`);
      const times = { createdAt: at, updatedAt: at };
      const marks = { isDefault: false, used: false, requestHash: idempotency.requestHash };
      const location: StoredLocation = { id, ...body, ...marks, version: 1, ...times };
      return { locations: [...all, location], result: { body: location, version: 1 } };
    });
    return { ...answer, location: `${createLocationRoute.path}/${id}` };
  };
