import { createHash } from 'node:crypto';

/** Numbers from 0 to below 1 that a seed repeats: 32 bits of SHA-256 over seed and count. */
export const seededRandom = (seed: number): (() => number) => {
  let count = 0;
  return () => {
    count += 1;
    return createHash('sha256').update(`${seed}:${count}`).digest().readUInt32BE(0) / 2 ** 32;
  };
};
