import type { Clock } from '../clock.ts';
import type { Stoppable } from '../contracts.ts';
import type { StreamFile } from './stream-file.ts';

/**
 * Deletes stream records that all readers have passed. The engine and whoever deletes write to one file, one at a time,
 * so it is done in small portions, and while nobody writes: under load only what is more than the file should keep.
 */
export interface Trimming extends Stoppable {
  want(table: string, position: number): void;
  /** Readers inside this part hold records back until they have read them. */
  holdBack(table: string, position: () => number): void;
}

const EVERY_MS = 500;
const PORTION = 500;
/** Records that may wait for a quiet moment, about 300 MB of them. */
const MOST_WAITING = 100_000;

interface Wanted {
  readonly until: number;
  /** Up to where has been deleted already. */
  readonly from: number;
}

export const createTrimming = (options: {
  readonly clock: Clock;
  /** The file that has a table's stream. */
  readonly file: (table: string) => StreamFile;
  /** Changes with every write to a table. */
  readonly writes: () => number;
  readonly failed: (error: unknown) => void;
}): Trimming => {
  const wanted = new Map<string, Wanted>();
  const holders = new Map<string, () => number>();
  let cancel: (() => void) | undefined;
  let writesBefore = options.writes();
  let stopped = false;

  /** Deletes a portion of the first table that has one; false when there is nothing left that may be deleted. */
  const portion = (): boolean => {
    for (const [table, { until, from }] of wanted) {
      const free = Math.min(until, holders.get(table)?.() ?? until);
      if (options.file(table).trim(table, free, PORTION) === PORTION) return true;
      if (free === until) wanted.delete(table);
      else wanted.set(table, { until, from: Math.max(from, free) });
    }
    return false;
  };

  const waiting = (): number => [...wanted.values()].reduce((sum, { until, from }) => sum + until - from, 0);

  const look = (): void => {
    const writes = options.writes();
    const isQuiet = writes === writesBefore;
    writesBefore = writes;
    try {
      const more = (isQuiet || waiting() > MOST_WAITING) && portion();
      if (wanted.size > 0) arm(more && isQuiet ? 0 : EVERY_MS);
    } catch (error) {
      // The engine is busy writing: the next look finds the same records.
      options.failed(error);
      arm(EVERY_MS);
    }
  };

  const arm = (inMs: number): void => {
    if (stopped) return;
    cancel ??= options.clock.after(inMs, () => {
      cancel = undefined;
      look();
    });
  };

  return {
    want(table, position) {
      const known = wanted.get(table);
      if (position <= (known?.until ?? 0)) return;
      wanted.set(table, { until: position, from: known?.from ?? position });
      arm(EVERY_MS);
    },
    holdBack: (table, position) => void holders.set(table, position),
    async stop() {
      stopped = true;
      cancel?.();
    },
  };
};
