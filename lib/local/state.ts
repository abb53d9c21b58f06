import { closeSync, fdatasync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { State } from './contracts.ts';

interface Pending {
  readonly settle: (failure: Error | undefined) => void;
}

/** How long an acknowledged commit lives: `FULL` outlives a power cut, `NORMAL` only the end of the process. */
export type Durability = 'FULL' | 'NORMAL';

/** Thrown when another process has the state file open. */
export class StateInUse extends Error {
  constructor(file: string, cause: unknown) {
    super(`${file} is in use by another local cloud; stop that one first, or use another state directory`, { cause });
    this.name = 'StateInUse';
  }
}

/** Thrown when the state file is not what SQLite wrote. */
export class StateUnreadable extends Error {
  constructor(file: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`${file} cannot be read (${reason}). "npm start -- --fresh" deletes the state and begins anew.`, { cause });
    this.name = 'StateUnreadable';
  }
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

const isLocked = (error: unknown): boolean => error instanceof Error && /locked|busy/i.test(error.message);

const open = (file: string): DatabaseSync => {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  try {
    // One process owns the file: no shared-memory index, and a second cloud on the same state is refused.
    database.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL');
    database.exec('PRAGMA wal_autocheckpoint=4000; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-8000');
    // An exclusive lock is only taken by the first write.
    database.exec('CREATE TABLE IF NOT EXISTS opened (at INTEGER); DELETE FROM opened; INSERT INTO opened VALUES (0)');
  } catch (error) {
    database.close();
    throw isLocked(error) ? new StateInUse(file, error) : new StateUnreadable(file, error);
  }
  return database;
};

/**
 * The local cloud's durable state in one SQLite file.
 *
 * `commit` runs its work at once, inside the transaction of this event-loop turn, so that what it wrote can be read
 * right after; its promise settles when the transaction is on disk. The disk is waited for outside the main thread:
 * SQLite writes the log without a sync (`synchronous=NORMAL`), then the log file is synced by the thread pool, one sync
 * for all transactions that ended meanwhile. That is the durability of `synchronous=FULL` without its stalls.
 */
export const createState = (options: {
  readonly file: string;
  readonly synchronous?: Durability | undefined;
}): State & { close(): Promise<void> } => {
  const database = open(options.file);
  const logFile = options.synchronous === 'NORMAL' ? undefined : openSync(`${options.file}-wal`, 'r+');
  let turn: Pending[] | undefined;
  let unsynced: Pending[] = [];
  let syncing = false;
  let closed = false;
  const idle: (() => void)[] = [];

  const whenIdle = (): void => {
    if (turn === undefined && !syncing) for (const resolve of idle.splice(0)) resolve();
  };

  const sync = (): void => {
    if (logFile === undefined || syncing || unsynced.length === 0) return;
    const batch = unsynced;
    unsynced = [];
    syncing = true;
    fdatasync(logFile, (failure) => {
      syncing = false;
      for (const pending of batch) pending.settle(failure ?? undefined);
      sync();
      whenIdle();
    });
  };

  const endTurn = (): void => {
    const ended = turn ?? [];
    turn = undefined;
    try {
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      for (const pending of ended) pending.settle(asError(error));
      whenIdle();
      return;
    }
    if (logFile === undefined) {
      for (const pending of ended) pending.settle(undefined);
    } else {
      unsynced = unsynced.length === 0 ? ended : unsynced.concat(ended);
      sync();
    }
    whenIdle();
  };

  const begin = (): Pending[] => {
    if (turn !== undefined) return turn;
    database.exec('BEGIN IMMEDIATE');
    turn = [];
    setImmediate(endTurn);
    return turn;
  };

  return {
    database,
    commit<T>(work: () => T): Promise<T> {
      if (closed) return Promise.reject(new Error(`${options.file} is closed`));
      return new Promise<T>((resolve, reject) => {
        const group = begin();
        database.exec('SAVEPOINT work');
        try {
          const result = work();
          database.exec('RELEASE work');
          group.push({ settle: (failure) => (failure === undefined ? resolve(result) : reject(failure)) });
        } catch (error) {
          database.exec('ROLLBACK TO work; RELEASE work');
          reject(asError(error));
        }
      });
    },
    async close() {
      if (closed) return;
      closed = true;
      if (turn !== undefined || syncing) await new Promise<void>((resolve) => void idle.push(resolve));
      if (logFile !== undefined) closeSync(logFile);
      database.close();
    },
  };
};
