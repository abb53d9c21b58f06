import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../lib/local/clock.ts';

/** Lets everything that waits for nothing but its turn (promises, commits) come to rest. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 12; turn += 1) await setImmediate();
};

/** A clock that stands still until it is moved. */
export interface VirtualClock extends Clock {
  /** Moves time on, running what falls due on the way in its order. */
  advance(milliseconds: number): Promise<void>;
  /** How many timers wait. */
  waiting(): number;
}

export const createVirtualClock = (start: string = '2026-03-01T12:00:00.000Z'): VirtualClock => {
  let time = Date.parse(start);
  let order = 0;
  const timers = new Map<number, { readonly at: number; readonly work: () => void }>();
  const earliest = (until: number) =>
    [...timers]
      .filter(([, timer]) => timer.at <= until)
      .sort(([a, left], [b, right]) => left.at - right.at || a - b)[0];
  return {
    now: () => time,
    after: (milliseconds, work) => {
      order += 1;
      const id = order;
      timers.set(id, { at: time + Math.max(0, milliseconds), work });
      return () => void timers.delete(id);
    },
    advance: async (milliseconds) => {
      const target = time + milliseconds;
      await settle();
      for (let next = earliest(target); next !== undefined; next = earliest(target)) {
        const [id, timer] = next;
        timers.delete(id);
        time = Math.max(time, timer.at);
        timer.work();
        await settle();
      }
      time = target;
    },
    waiting: () => timers.size,
  };
};
