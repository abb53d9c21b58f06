import * as z from 'zod';
import type { Counter } from './draws.ts';
import { sharesOf } from './node-slices.ts';

const GIB = 2 ** 30;
const MAX_SLICES = 16;

/** What a tenant may store, and where. */
export const QuotaSettings = z.object({
  quotaBytes: z.int().min(0),
  /** Never fewer than there ever were: what was drawn from a slice is given back to it. */
  slices: z.int().min(1).max(MAX_SLICES),
  /** The tenant's files are placed on nodes of this pool. */
  pool: z.string(),
  /** +1 with each change: the ETag. */
  version: z.int().min(1),
});
export type QuotaSettings = z.output<typeof QuotaSettings>;

/** One of the items that a quota is divided into, so that a tenant's uploads do not queue for one. */
export const QuotaSlice = z.object({ limitBytes: z.int(), takenBytes: z.int(), files: z.int() });
export type QuotaSlice = z.output<typeof QuotaSlice>;

/** A quota with its use, read consistently. `files` counts versions and uploads under way. */
export interface Quota extends QuotaSettings {
  readonly takenBytes: number;
  readonly files: number;
  readonly counters: readonly Counter[];
}

export const DEFAULT_QUOTA = { quotaBytes: 10 * GIB, pool: 'main' } as const;

/** Into how many slices a quota belongs: one for each GiB, 16 at most. */
export const slicesFor = (quotaBytes: number): number => Math.min(MAX_SLICES, Math.max(1, Math.ceil(quotaBytes / GIB)));

/**
 * The limits of the slices: what is taken of each and an equal share of the rest, together the quota. A quota below its use
 * leaves no slice any limit, or what one slice gets back could be taken again while all are over.
 */
export const limitsOf = (quotaBytes: number, taken: readonly number[]): readonly number[] =>
  sharesOf(quotaBytes, taken) ?? taken.map(() => 0);
