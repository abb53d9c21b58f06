import { keyOfWrite, type PurposefulWrite, writesOf } from './product-writes.ts';
import type { ProductChange } from './product-store.ts';

/** A transaction takes 100 actions and 4 MB (of which half is left as room for the wire's own weight). */
const MAX_ACTIONS = 100;
const MAX_BYTES = 2_000_000;

/** A change with its writes and its place among the changes. */
export interface Prepared {
  readonly index: number;
  readonly change: ProductChange;
  readonly writes: readonly PurposefulWrite[];
}

interface Batch {
  readonly changes: Prepared[];
  readonly keys: Set<string>;
  actions: number;
  bytes: number;
}

const fits = (batch: Batch, keys: readonly string[], bytes: number): boolean =>
  batch.actions + keys.length <= MAX_ACTIONS &&
  batch.bytes + bytes <= MAX_BYTES &&
  !keys.some((key) => batch.keys.has(key));

/**
 * Puts changes together into as few transactions as can be, in order. Changes that touch the same item (two products
 * that want one SKU) come into different ones.
 */
export const batchesOf = (changes: readonly ProductChange[]): readonly (readonly Prepared[])[] => {
  const batches: Batch[] = [];
  for (const [index, change] of changes.entries()) {
    const writes = writesOf(change);
    const keys = writes.map(({ write }) => keyOfWrite(write));
    const bytes = Buffer.byteLength(JSON.stringify(change.after)) + 500 * writes.length;
    const last = batches.at(-1);
    if (last !== undefined && fits(last, keys, bytes)) {
      last.changes.push({ index, change, writes });
      for (const key of keys) last.keys.add(key);
      last.actions += keys.length;
      last.bytes += bytes;
    } else {
      batches.push({ changes: [{ index, change, writes }], keys: new Set(keys), actions: keys.length, bytes });
    }
  }
  return batches.map((batch) => batch.changes);
};
