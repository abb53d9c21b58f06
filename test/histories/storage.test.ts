import { describe, expect, it } from 'vitest';
import type { Kind, Operation } from '../../prove/storage/history.ts';
import { proveHistories } from '../../prove/storage/prove.ts';
import { runHistory } from '../../prove/storage/run-history.ts';
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

  it('keeps what was deleted until the URL that wrote it is over, so that a late repetition brings nothing back', async () => {
    const step = (kind: Kind, index: number): Operation => ({
      kind,
      picks: [0.35, 0.1, 0.5, 0.5],
      turns: 'all',
      seed: index,
    });
    const sweeps = Array.from({ length: 12 }, () => 'sweep' as const);
    const kinds: readonly Kind[] = ['put', 'delete', ...sweeps, 'minutes', 'probe', ...sweeps, 'late put'];
    for (const seed of [1, 2, 3, 4, 5]) {
      const calls = runHistory(
        createWorld,
        kinds.map((kind, index) => step(kind, seed + index)),
        seed,
      );
      await expect(calls).resolves.toBeGreaterThan(0);
    }
  });
});
