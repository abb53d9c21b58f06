import * as z from 'zod';
import { assertSameRequest } from '../../lib/runtime/api.ts';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { actorOf, type TenantId } from '../../lib/runtime/tenant.ts';
import { AdjustmentReason } from './events.ts';
import {
  Adjustment,
  adjustmentId,
  AdjustmentLine,
  defaultLocationOf,
  duplicateLine,
  insufficientStock,
  MAX_ADJUSTED_LINES,
  tooManyMoves,
  unknownLocation,
} from './model.ts';
import type { AdjustmentOrder, LocationStore, StockStore } from './store.ts';

export const createAdjustmentRoute = defineRoute({
  method: 'POST',
  path: '/v1/inventory/adjustments',
  summary: 'Change stock: all lines or none',
  callers: ['staff', 'secret'],
  permission: 'inventory:write',
  idempotency: 'required',
  body: z.strictObject({
    reason: AdjustmentReason.exclude(['import']),
    lines: z.array(AdjustmentLine).min(1).max(MAX_ADJUSTED_LINES),
  }),
  response: Adjustment,
  status: 201,
  errors: [unknownLocation, duplicateLine, insufficientStock, tooManyMoves],
});

interface Deps {
  readonly stock: StockStore;
  readonly locations: LocationStore;
  readonly now: Clock;
}

/** The locations are there, and from now on stay. @throws unknown_location (422) */
const useLocations = async (locations: LocationStore, tenant: TenantId, ids: readonly string[]): Promise<void> => {
  if (ids.every((id) => id === defaultLocationOf(tenant))) return;
  await locations.change(tenant, (all) => {
    const unknown = ids.find((id) => !all.some((location) => location.id === id));
    if (unknown !== undefined) throw unknownLocation(`No location has the id ${unknown}.`);
    const isNew = all.some((location) => ids.includes(location.id) && !location.used);
    const used = all.map((location) => (ids.includes(location.id) ? { ...location, used: true } : location));
    return { locations: isNew ? used : all, result: undefined };
  });
};

/** A variant that inventory has not heard of yet gets its item here: its event may still be on the way. */
export const createAdjustment =
  ({ stock, locations, now }: Deps): UseCase<typeof createAdjustmentRoute> =>
  async ({ caller, body, idempotency, traceId }) => {
    const { tenant } = caller;
    const lines = body.lines.map((line): AdjustmentOrder['lines'][number] => ({
      variantId: line.variantId,
      locationId: line.locationId ?? defaultLocationOf(tenant),
      change: 'delta' in line ? { delta: line.delta } : { setTo: line.setTo },
    }));
    if (new Set(lines.map(({ variantId, locationId }) => `${variantId} ${locationId}`)).size < lines.length) {
      throw duplicateLine('Each variant and location may be named by one line only. Add their changes up.');
    }
    await useLocations(
      locations,
      tenant,
      lines.map(({ locationId }) => locationId),
    );
    const outcome = await stock.adjust(tenant, {
      id: adjustmentId.derive(tenant, idempotency.scope),
      reason: body.reason,
      lines,
      actor: actorOf(caller),
      traceId,
      requestHash: idempotency.requestHash,
      at: toInstant(now()),
    });
    switch (outcome.status) {
      case 'adjusted':
        return { body: outcome.adjustment };
      case 'exists':
        assertSameRequest(outcome.requestHash, idempotency);
        return { body: outcome.adjustment, replayed: true };
      case 'insufficient':
        throw insufficientStock('More would be taken away than is available. Nothing was changed.', {
          extensions: { lines: outcome.lines },
        });
      case 'too_many_moves':
        throw tooManyMoves('These lines take from too many places at once. Send them in several requests.');
    }
  };
