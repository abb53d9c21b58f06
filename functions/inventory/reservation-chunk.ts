import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { ShortLine } from './calls.ts';
import type { Draw } from './draws.ts';

const StoredDraw = z.object({ l: z.string().optional(), b: z.number().int().optional(), q: z.number().int() });
const StoredLine = z.object({
  v: OpaqueId,
  q: z.number().int().min(1),
  /** Absent: all of it from bucket 0 of the default location, as in most shops. */
  d: z.array(StoredDraw).optional(),
});

/**
 * A part of a reservation, as large as one transaction can make it: its lines from `start` to before `end` of `total`. Names
 * are short because an order of two lines must fit into one write unit. The first chunk is the head: its state is the
 * reservation's.
 */
export const Chunk = z.object({
  orderId: OpaqueId,
  state: z.enum(['held', 'committed', 'shipped', 'released']),
  start: z.number().int(),
  end: z.number().int(),
  total: z.number().int(),
  lines: z.array(StoredLine),
  /** Released, but not made available again. */
  writtenOff: z.boolean().optional(),
  /** Why a reservation of several chunks was given up. */
  shortage: z.array(ShortLine).optional(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Chunk = z.output<typeof Chunk>;

/** Where a line of a chunk was taken from. */
export interface TakenFrom {
  readonly variantId: string;
  readonly locationId: string;
  readonly bucket: number;
  readonly quantity: number;
}

export const toStoredLine = (
  variantId: string,
  quantity: number,
  draws: readonly Draw[],
  defaultLocation: string,
): z.output<typeof StoredLine> => {
  const [only] = draws;
  const plain = draws.length === 1 && only?.locationId === defaultLocation && only.bucket === 0;
  if (plain) return { v: variantId, q: quantity };
  const stored = draws.map((draw) => ({
    ...(draw.locationId === defaultLocation ? {} : { l: draw.locationId }),
    ...(draw.bucket === 0 ? {} : { b: draw.bucket }),
    q: draw.quantity,
  }));
  return { v: variantId, q: quantity, d: stored };
};

export const takenFrom = (chunk: Chunk, defaultLocation: string): TakenFrom[] =>
  chunk.lines.flatMap(({ v, q, d }) =>
    (d ?? [{ q }]).map(({ l, b, q: quantity }: z.output<typeof StoredDraw>) => ({
      variantId: v,
      locationId: l ?? defaultLocation,
      bucket: b ?? 0,
      quantity,
    })),
  );
