import type { ProductChange } from './product-store.ts';
import { stepsOf } from './product-steps.ts';
import { keyOfWrite, type PurposefulWrite, writesOf } from './product-writes.ts';

/** A transaction takes 100 actions and 4 MB (of which half is left as room for the wire's own weight). */
const MAX_ACTIONS = 100;
const MAX_BYTES = 2_000_000;

/** A change with its writes and its place among the changes. */
export interface Prepared {
  readonly index: number;
  readonly change: ProductChange;
  readonly writes: readonly PurposefulWrite[];
  /** What is left of a change that is too large for one transaction. */
  readonly further: readonly ProductChange[];
}

export interface Batches {
  /** Changes put together, one transaction each; no two touch the same item, so they may run at once. */
  readonly apart: readonly (readonly Prepared[])[];
  /** Changes that want what an earlier one touches, or take several steps: afterwards, one by one, in order. */
  readonly after: readonly Prepared[];
}

/** Puts changes together into as few transactions as can be. Of those in each other's way the earlier one wins. */
export const batchesOf = (changes: readonly ProductChange[]): Batches => {
  const apart: Prepared[][] = [];
  const after: Prepared[] = [];
  const touched = new Set<string>();
  let actions = 0;
  let bytes = 0;
  for (const [index, whole] of changes.entries()) {
    const [change = whole, ...further] = stepsOf(whole);
    const writes = writesOf(change);
    const prepared = { index, change, writes, further };
    const keys = writes.map(({ write }) => keyOfWrite(write));
    if (further.length > 0 || keys.some((key) => touched.has(key))) {
      after.push(prepared);
      continue;
    }
    for (const key of keys) touched.add(key);
    const size = Buffer.byteLength(JSON.stringify(change.after)) + 500 * writes.length;
    const last = apart.at(-1);
    if (last !== undefined && actions + keys.length <= MAX_ACTIONS && bytes + size <= MAX_BYTES) {
      last.push(prepared);
      actions += keys.length;
      bytes += size;
    } else {
      apart.push([prepared]);
      actions = keys.length;
      bytes = size;
    }
  }
  return { apart, after };
};
