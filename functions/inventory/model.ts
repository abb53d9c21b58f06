import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { Country } from '../../lib/runtime/country.ts';
import { defineError } from '../../lib/runtime/errors.ts';
import { defineId, OpaqueId } from '../../lib/runtime/ids.ts';
import { Actor, type TenantId } from '../../lib/runtime/tenant.ts';
import { StockPolicy } from './calls.ts';
import { AdjustmentReason } from './events.ts';

export const locationId = defineId<'LocationId'>('loc');
export const adjustmentId = defineId<'AdjustmentId'>('adj');

/** The location that every shop has from the start: where stock lies unless somebody says otherwise. */
export const defaultLocationOf = (tenant: TenantId) => locationId.derive(tenant, 'default');

const Name = z.string().trim().min(1).max(100);
/** Stock is taken from the location with the lowest number first. */
const Priority = z.number().int().min(0).max(1000);

const LocationFields = z.strictObject({ name: Name, country: Country.nullable(), priority: Priority });
export const LocationInput = LocationFields.extend({
  country: Country.nullable().default(null),
  priority: Priority.default(100),
});
export const LocationPatch = LocationFields.partial();
export const Location = z.object({
  id: locationId.schema,
  ...LocationFields.shape,
  isDefault: z.boolean(),
  version: z.number().int().min(1),
  /** null: the default location as it is from the start, never changed yet. */
  createdAt: Instant.nullable(),
  updatedAt: Instant.nullable(),
});
export type Location = z.output<typeof Location>;

/** How a variant's stock is kept. Not tracked: sold without counting. `continue`: may be sold below zero (back-order). */
export const StockItem = z.object({
  variantId: OpaqueId,
  tracked: z.boolean(),
  policy: StockPolicy,
  version: z.number().int().min(1),
  createdAt: Instant,
  updatedAt: Instant,
});
export type StockItem = z.output<typeof StockItem>;

const Count = z.number().int();
/**
 * A variant's stock at a location. `reserved` is held for orders that are being made or are confirmed but not shipped;
 * `onHand` = available + reserved is what lies there; `shipped` has left. Negative `available` is back-ordered.
 */
export const Level = z.object({
  variantId: OpaqueId,
  locationId: locationId.schema,
  available: Count,
  reserved: Count,
  onHand: Count,
  shipped: Count,
});
export type Level = z.output<typeof Level>;

export const MAX_ADJUSTED_LINES = 30;
const Quantity = z.number().int().min(-1_000_000_000).max(1_000_000_000);
/** `delta` adds or takes; `setTo` says what is available from now on. One of the two. */
export const AdjustmentLine = z.union([
  z.strictObject({ variantId: OpaqueId, locationId: locationId.schema.optional(), delta: Quantity }),
  z.strictObject({ variantId: OpaqueId, locationId: locationId.schema.optional(), setTo: Quantity.min(0) }),
]);

/** A change of stock by people: what came in, was counted, broke or was lost. It happens as a whole or not at all. */
export const Adjustment = z.object({
  id: adjustmentId.schema,
  reason: AdjustmentReason,
  lines: z.array(z.object({ variantId: OpaqueId, locationId: locationId.schema, delta: Count })),
  createdAt: Instant,
});
export type Adjustment = z.output<typeof Adjustment>;

/** One line of the ledger: stock came in or left for good. A reservation is none: what it holds still lies there. */
export const Movement = z.object({
  variantId: OpaqueId,
  locationId: locationId.schema,
  delta: Count,
  reason: z.union([AdjustmentReason, z.enum(['shipped', 'written_off'])]),
  adjustmentId: adjustmentId.schema.nullable(),
  orderId: OpaqueId.nullable(),
  actor: Actor,
  createdAt: Instant,
});
export type Movement = z.output<typeof Movement>;

/**
 * What an order has taken. `held`: the order is being made; `committed`: it is confirmed; `shipped`: it has left; `released`:
 * it was given back (or never reserved, and never will be).
 */
export const Reservation = z.object({
  orderId: OpaqueId,
  state: z.enum(['held', 'committed', 'shipped', 'released']),
  lines: z.array(
    z.object({
      variantId: OpaqueId,
      quantity: z.number().int().min(1),
      /** Where it was taken from; empty for what is not tracked. */
      from: z.array(z.object({ locationId: locationId.schema, quantity: z.number().int().min(1) })),
    }),
  ),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Reservation = z.output<typeof Reservation>;

export const locationNotFound = defineError('location_not_found', 404, 'No such location');
export const unknownLocation = defineError('unknown_location', 422, 'No such location');
export const locationInUse = defineError('location_in_use', 409, 'The location cannot be deleted');
export const tooManyLocations = defineError('too_many_locations', 422, 'There is no room for more locations');
export const itemNotFound = defineError('inventory_item_not_found', 404, 'No such inventory item');
export const insufficientStock = defineError('insufficient_stock', 409, 'There is not so much to take away');
export const duplicateLine = defineError('duplicate_line', 422, 'Two lines are for the same variant and location');
export const tooManyMoves = defineError('too_many_moves', 422, 'The adjustment touches too much at once');
