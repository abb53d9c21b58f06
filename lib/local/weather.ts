import { createHash } from 'node:crypto';
import type { Weather } from './contracts.ts';

/** Numbers from 0 to below 1 that a seed repeats: 32 bits of SHA-256 over seed and count. */
export const seededRandom = (seed: number): (() => number) => {
  let count = 0;
  return () => {
    count += 1;
    return createHash('sha256').update(`${seed}:${count}`).digest().readUInt32BE(0) / 2 ** 32;
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
