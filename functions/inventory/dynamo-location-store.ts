import * as z from 'zod';
import { ConditionFailed, type OpenTenantDb } from '../../lib/runtime/db.ts';
import { temporarilyUnavailable } from '../../lib/runtime/errors.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { locationsKey } from './keys.ts';
import { firstLocations, inOrder } from './locations.ts';
import { Location } from './model.ts';
import type { LocationStore } from './store.ts';

const Stored = z.object({
  version: z.number().int(),
  locations: z.array(Location.extend({ requestHash: z.string(), used: z.boolean() })),
});
const MAX_TRIES = 10;

/** All locations in one item (50 at most), so that the order of drawing is one read. */
export const dynamoLocations = (db: OpenTenantDb): LocationStore => {
  const read = async (tenant: TenantId): Promise<z.output<typeof Stored>> => {
    const item = await db(tenant).get(locationsKey, { consistent: true });
    return item === undefined ? { version: 0, locations: [...firstLocations(tenant)] } : Stored.parse(item);
  };
  return {
    list: async (tenant) => inOrder((await read(tenant)).locations),
    change: async (tenant, decide) => {
      for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
        const before = await read(tenant);
        const { locations, result } = decide(before.locations);
        if (locations === before.locations) return result;
        try {
          await db(tenant).put(
            { ...locationsKey, version: before.version + 1, locations },
            before.version === 0
              ? { expression: 'attribute_not_exists(pk)' }
              : {
                  expression: '#version = :seen',
                  names: { '#version': 'version' },
                  values: { ':seen': before.version },
                },
          );
          return result;
        } catch (error) {
          if (!(error instanceof ConditionFailed)) throw error;
        }
      }
      throw temporarilyUnavailable('The locations are being changed by others. Try again.', { retryAfter: 1 });
    },
  };
};
