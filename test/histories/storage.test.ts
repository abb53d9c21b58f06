import { describe, expect, it } from 'vitest';
import { proveHistories } from '../../prove/storage/prove.ts';
import { createWorld } from '../../prove/storage/world.ts';

/** The short form of `npm run prove -- storage`. */
const HISTORIES = 100;

describe('storage', () => {
  it(
    'keeps its promises in random histories, after every single call',
    async () => {
      const { failure, steps } = await proveHistories(createWorld, { histories: HISTORIES, seed: 1 });
      expect(failure).toBeUndefined();
      expect(steps).toBeGreaterThanOrEqual(HISTORIES * 50);
    },
    // A few seconds, but for machines that have much else to do.
    120_000,
  );

  it('does the same in the same history, so that a failure can be looked at', async () => {
    const [first, second] = [
      await proveHistories(createWorld, { histories: 2, seed: 7 }),
      await proveHistories(createWorld, { histories: 2, seed: 7 }),
    ];
    expect(second).toEqual(first);
  }, 30_000);
});
