import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';

/** One of the items that a node's space is divided into, so that reservations do not queue for one. */
export const NodeSlice = z.object({
  capacityBytes: z.int(),
  takenBytes: z.int(),
  objects: z.int(),
  /** Does the node take objects? Said here, so that a reservation and a change of state exclude each other. */
  open: z.boolean(),
  lastGrantAt: Instant.nullable(),
});
export type NodeSlice = z.output<typeof NodeSlice>;

/**
 * How a capacity is divided: each slice gets what is taken of it and an equal share of what is free. Undefined when more is
 * taken than there would be.
 */
export const sharesOf = (capacityBytes: number, taken: readonly number[]): readonly number[] | undefined => {
  const free = capacityBytes - taken.reduce((sum, bytes) => sum + bytes, 0);
  if (free < 0) return undefined;
  const share = Math.floor(free / taken.length);
  const rest = free - share * taken.length;
  return taken.map((bytes, slice) => bytes + share + (slice < rest ? 1 : 0));
};
