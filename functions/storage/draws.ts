import type { Draw } from './model.ts';

/** One slice of a sliced counter. Its room is negative when it was shrunk below what is taken. */
export interface Counter {
  readonly slice: number;
  readonly limitBytes: number;
  readonly takenBytes: number;
}

export const roomOf = ({ limitBytes, takenBytes }: Counter): number => limitBytes - takenBytes;

/** What all slices together have left. */
export const roomIn = (counters: readonly Counter[]): number =>
  counters.reduce((sum, counter) => sum + Math.max(0, roomOf(counter)), 0);

/**
 * Where to take bytes from: one slice that has all of it, whichever `random` says, so that reservations do not meet in one
 * item; else from several, the roomiest first. Undefined: all together are short. No bytes are a draw, too.
 */
export const planDraws = (
  counters: readonly Counter[],
  bytes: number,
  random: () => number,
): readonly Draw[] | undefined => {
  const whole = counters.filter((counter) => roomOf(counter) >= bytes);
  const one = whole[Math.floor(random() * whole.length)];
  if (one !== undefined) return [{ slice: one.slice, bytes }];
  if (roomIn(counters) < bytes || bytes === 0) return undefined;
  const draws: Draw[] = [];
  let left = bytes;
  for (const counter of counters.toSorted((a, b) => roomOf(b) - roomOf(a) || a.slice - b.slice)) {
    const part = Math.min(left, roomOf(counter));
    draws.push({ slice: counter.slice, bytes: part });
    left -= part;
    if (left === 0) break;
  }
  return draws;
};
