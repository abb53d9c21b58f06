import type { Weather } from './contracts.ts';

/** A small seeded generator (mulberry32): numbers in [0, 1). Every seed gives its own fixed sequence. */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Calm weather rolls nothing and delays nothing; rough weather is the same for the same seed and the same calls. */
export const createWeather = (options: { readonly rough: boolean; readonly seed: number }): Weather => {
  if (!options.rough) return { rough: false, roll: () => false, delay: () => 0 };
  const random = seededRandom(options.seed);
  return {
    rough: true,
    roll: (chance) => random() < chance,
    delay: (maximum) => random() * maximum,
  };
};
