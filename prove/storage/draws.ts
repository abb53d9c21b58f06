/**
 * Numbers from 0 to below 1 that a seed repeats: a Weyl sequence through the 32-bit finalizer of MurmurHash3. Histories draw
 * many thousand numbers each, so it has to be cheap; it need not be more.
 */
export const drawsOf = (seed: number): (() => number) => {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
};
