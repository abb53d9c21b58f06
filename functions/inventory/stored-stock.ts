import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import type { Key } from '../../lib/runtime/db.ts';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { StockPolicy } from './calls.ts';
import { bucketKey, stockKey } from './keys.ts';

const Counts = { available: z.number().int(), reserved: z.number().int(), shipped: z.number().int() };
export type Counts = { readonly [Name in keyof typeof Counts]: number };

/**
 * A variant's one item in most shops: its settings and, as counts, bucket 0 of the default location. `revision` counts
 * adjustments, so that two of them never build on the same figures. `layout` says into how many buckets (b) each location's
 * level is split, and how often that has changed (v); a location that is not named has no level, but for the default one.
 */
export const StoredStock = z.object({
  variantId: OpaqueId,
  tracked: z.boolean(),
  policy: StockPolicy,
  version: z.number().int(),
  revision: z.number().int(),
  layout: z.record(z.string(), z.object({ b: z.number().int().min(1), v: z.number().int() })),
  /** Has it other buckets than this item, here or elsewhere? Then nobody may draw from this one without knowing of them. */
  spread: z.boolean().optional(),
  /** The import that set it last. */
  source: z.string().optional(),
  createdAt: Instant,
  updatedAt: Instant,
  deletedAt: Instant.optional(),
  ...Counts,
});
export type StoredStock = z.output<typeof StoredStock>;

/** Any other bucket. `v` is the layout's at which it was made or last changed. */
export const StoredBucket = z.object({
  variantId: OpaqueId,
  locationId: z.string(),
  bucket: z.number().int().min(0),
  v: z.number().int(),
  ...Counts,
});
export type StoredBucket = z.output<typeof StoredBucket>;

/** All that is stored of a variant, read so that no bucket is missing or counted twice. */
export interface Snapshot {
  readonly stock: StoredStock;
  /** The default location's bucket 0 (which is `stock` itself) first, then all others. */
  readonly buckets: readonly StoredBucket[];
}

/** Where a bucket lies: bucket 0 of the default location is the variant's own item. */
export const keyOfBucket = (
  defaultLocation: string,
  bucket: { readonly variantId: string; readonly locationId: string; readonly bucket: number },
): Key =>
  bucket.locationId === defaultLocation && bucket.bucket === 0
    ? stockKey(bucket.variantId)
    : bucketKey(bucket.variantId, bucket.locationId, bucket.bucket);

export const layoutOf = (stock: StoredStock, locationId: string): { readonly b: number; readonly v: number } =>
  stock.layout[locationId] ?? { b: 1, v: 0 };

/** A variant that nobody has said anything about yet: tracked, not sold below zero, nothing there. */
export const newStock = (variantId: string, at: Instant): StoredStock => ({
  variantId,
  tracked: true,
  policy: 'deny',
  version: 1,
  revision: 0,
  layout: {},
  createdAt: at,
  updatedAt: at,
  available: 0,
  reserved: 0,
  shipped: 0,
});

/** Does such a layout mean other buckets than the variant's own item? */
export const isSpread = (layout: StoredStock['layout'], defaultLocation: string): boolean =>
  Object.entries(layout).some(([locationId, { b }]) => locationId !== defaultLocation || b > 1);
