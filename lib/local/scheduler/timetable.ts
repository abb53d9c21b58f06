import type { Clock } from '../clock.ts';
import type { Log, State, Stoppable } from '../contracts.ts';
import { numberIn, textIn } from '../sqlite-row.ts';
import type { Timing } from './expression.ts';

/** Something that runs at set times. */
export interface Entry {
  readonly key: string;
  /** Its expression and time zone: a changed one counts from anew. */
  readonly text: string;
  readonly timing: Timing;
  /** Milliseconds since 1970: no run before, or after. */
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  /** Does one run; settles when it is on disk. */
  readonly run: (dueAt: number) => Promise<void>;
}

interface Timetable extends Stoppable {
  put(entry: Entry): Promise<void>;
  /** Begins to run what is due. What was missed while nothing ran is run once. */
  start(): void;
  /** The next run of an entry. */
  next(key: string): number | undefined;
}

const schema = `
  CREATE TABLE IF NOT EXISTS timetable (
    owner TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL, anchor REAL NOT NULL, last REAL NOT NULL,
    PRIMARY KEY (owner, key)) WITHOUT ROWID;
`;

interface Placed extends Entry {
  readonly anchor: number;
  /** The time up to which everything is run, or was missed. */
  last: number;
  cancel: (() => void) | undefined;
}

/** Runs entries at their times, and remembers across restarts how far it has come. */
export const createTimetable = (deps: {
  readonly owner: string;
  readonly state: State;
  readonly clock: Clock;
  readonly log: Log;
}): Timetable => {
  const { owner, state, clock, log } = deps;
  state.database.exec(schema);
  const find = state.database.prepare('SELECT * FROM timetable WHERE owner = ? AND key = ?');
  const write = state.database.prepare('INSERT OR REPLACE INTO timetable VALUES (?, ?, ?, ?, ?)');
  const entries = new Map<string, Placed>();
  const runs = new Set<Promise<void>>();
  let started = false;
  let stopped = false;

  const keep = (entry: Placed): Promise<unknown> =>
    state.commit(() => write.run(owner, entry.key, entry.text, entry.anchor, entry.last));

  const nextOf = ({ timing, last, anchor, from = 0, until = Infinity }: Placed): number | undefined => {
    const next = timing.next(Math.max(last, from - 1), anchor);
    return next === undefined || next > until ? undefined : next;
  };

  const runOnce = async (entry: Placed, dueAt: number): Promise<void> => {
    try {
      await entry.run(dueAt);
      // Of several missed runs only this one is made up for.
      entry.last = Math.max(dueAt, clock.now());
      await keep(entry);
    } catch (error) {
      entry.last = Math.max(dueAt, clock.now());
      log.write({ source: 'schedule', level: 'error', message: `${entry.key} could not be run: ${String(error)}` });
    }
  };

  const arm = (entry: Placed): void => {
    entry.cancel?.();
    entry.cancel = undefined;
    const dueAt = nextOf(entry);
    if (!started || stopped || dueAt === undefined) return;
    entry.cancel = clock.after(dueAt - clock.now(), () => {
      const run = runOnce(entry, dueAt).then(() => {
        runs.delete(run);
        arm(entry);
      });
      runs.add(run);
    });
  };

  return {
    put: async (entry) => {
      const row = find.get(owner, entry.key);
      const known = row !== undefined && textIn(row, 'text') === entry.text ? row : undefined;
      const placed: Placed = {
        ...entry,
        anchor: known === undefined ? clock.now() : numberIn(known, 'anchor'),
        last: known === undefined ? clock.now() : numberIn(known, 'last'),
        cancel: undefined,
      };
      entries.get(entry.key)?.cancel?.();
      entries.set(entry.key, placed);
      if (known === undefined) await keep(placed);
      arm(placed);
    },
    start: () => {
      started = true;
      for (const entry of entries.values()) arm(entry);
    },
    next: (key) => {
      const entry = entries.get(key);
      return entry === undefined ? undefined : nextOf(entry);
    },
    stop: async () => {
      stopped = true;
      for (const entry of entries.values()) entry.cancel?.();
      await Promise.all(runs);
    },
  };
};
