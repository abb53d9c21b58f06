import * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { temporarilyUnavailable, versionMismatch } from '../../lib/runtime/errors.ts';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { StockPolicy } from './calls.ts';
import { itemNotFound, StockItem } from './model.ts';
import type { StockStore } from './store.ts';

export const updateItemRoute = defineRoute({
  method: 'PATCH',
  path: '/v1/inventory/items/{variantId}',
  summary: "Change how a variant's stock is kept",
  callers: ['staff', 'secret'],
  permission: 'inventory:write',
  ifMatch: 'required',
  params: z.object({ variantId: OpaqueId }),
  body: z.strictObject({ tracked: z.boolean().optional(), policy: StockPolicy.optional() }),
  response: StockItem,
  status: 200,
  errors: [itemNotFound, versionMismatch],
});

interface Deps {
  readonly stock: StockStore;
  readonly now: Clock;
}

const MAX_TRIES = 5;

/** Tracking that is switched on counts for every order after 30 s at most. */
export const updateItem =
  ({ stock, now }: Deps): UseCase<typeof updateItemRoute> =>
  async ({ caller, params, body, ifMatch }) => {
    for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
      const before = await stock.find(caller.tenant, params.variantId);
      if (before === undefined) throw itemNotFound(`There is no inventory item for the variant ${params.variantId}.`);
      if (ifMatch !== undefined && ifMatch !== before.version) {
        throw versionMismatch(`The item has the version ${before.version} now. Read it again and repeat your change.`);
      }
      const after = await stock.change(caller.tenant, before, body, toInstant(now()));
      if (after !== undefined) return { body: after, version: after.version };
    }
    throw temporarilyUnavailable('The item is being changed by others. Try again in a moment.', { retryAfter: 1 });
  };
