import type { Clock } from '../clock.ts';
import type { Stoppable } from '../contracts.ts';
import type { StreamFile } from './stream-file.ts';

/** Deletes stream records that all readers have passed: in small portions, so that neither thread nor engine waits long. */
export interface Trimming extends Stoppable {
  want(table: string, position: number): void;
  /** Readers inside this part hold records back until they have read them. */
  holdBack(table: string, position: () => number): void;
  /** One round over all tables. */
  round(): void;
}

const EVERY_MS = 500;
const PORTION = 500;

export const createTrimming = (options: {
  readonly clock: Clock;
  readonly file: () => StreamFile;
  readonly failed: (error: unknown) => void;
}): Trimming => {
  const wanted = new Map<string, number>();
  const holders = new Map<string, () => number>();
  let cancel: (() => void) | undefined;
  let stopped = false;

  const round = (): void => {
    for (const [table, position] of wanted) {
      const until = Math.min(position, holders.get(table)?.() ?? position);
      if (options.file().trim(table, until, PORTION) < PORTION && until === position) wanted.delete(table);
    }
  };

  const arm = (): void => {
    if (cancel !== undefined || stopped) return;
    cancel = options.clock.after(EVERY_MS, () => {
      cancel = undefined;
      try {
        round();
      } catch (error) {
        // The engine is busy writing: the next round finds the same records.
        options.failed(error);
      }
      if (wanted.size > 0) arm();
    });
  };

  return {
    round,
    want(table, position) {
      if (position <= (wanted.get(table) ?? 0)) return;
      wanted.set(table, position);
      arm();
    },
    holdBack: (table, position) => void holders.set(table, position),
    async stop() {
      stopped = true;
      cancel?.();
    },
  };
};
