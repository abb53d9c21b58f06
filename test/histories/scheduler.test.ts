import { describe, expect, it } from 'vitest';
import { drawsOf } from '../../prove/storage/draws.ts';
import { createScheduler, type Crash } from '../../prove/storage/scheduler.ts';

/** Two tasks that each read a number, and write it back one higher. */
const race = async (seed: number, crash?: Crash) => {
  const calls: string[] = [];
  const scheduler = createScheduler(drawsOf(seed), (call, { name }) => calls.push(`${name} ${call}`));
  let count = 0;
  const counter = scheduler.inTurns('counter', {
    read: async () => count,
    write: async (value: number) => {
      count = value;
    },
  });
  const ends: string[] = [];
  const task = (name: string) =>
    scheduler.spawn(
      name,
      async () => {
        try {
          await counter.write((await counter.read()) + 1);
        } finally {
          ends.push(name);
        }
      },
      name === 'a' ? crash : undefined,
    );
  const tasks = [task('a'), task('b')];
  while (await scheduler.turn());
  return { count, calls, ends, states: tasks.map(({ state }) => state) };
};

describe('the scheduler', () => {
  it('runs calls of several tasks between each other, for some draws so that they lose an update', async () => {
    const counts = await Promise.all(Array.from({ length: 20 }, async (_, seed) => (await race(seed)).count));
    expect(new Set(counts)).toEqual(new Set([1, 2]));
  });

  it('runs the same order of calls for the same draws', async () => {
    const [first, second] = [await race(7), await race(7)];
    expect(first.calls).toHaveLength(4);
    expect(second).toEqual(first);
  });

  it.each([
    ['before', 1],
    ['after', 2],
  ] as const)('ends a task %s the effect of a call, and nothing of it goes on', async (effect, count) => {
    const found = await race(1, { call: 2, effect });
    expect(found).toMatchObject({ states: ['crashed', 'done'], ends: ['b'] });
    expect(found.count).toBeLessThanOrEqual(count);
  });

  it('does not take part in what is called outside of a task', () => {
    const scheduler = createScheduler(drawsOf(1), () => undefined);
    const port = scheduler.inTurns('port', { ask: async () => 1 });
    expect(() => port.ask()).toThrow('port.ask was called outside of a task');
  });
});
