import type { Meter } from './contracts.ts';

/** Counters by name, for the call budgets and the bench; `read` is a copy. */
export const createMeter = (): Meter => {
  let counts = new Map<string, number>();
  return {
    count(what, units = 1) {
      counts.set(what, (counts.get(what) ?? 0) + units);
    },
    read: () => Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    reset() {
      counts = new Map();
    },
  };
};
