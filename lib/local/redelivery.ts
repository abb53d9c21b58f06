import { AwsError } from './aws-error.ts';
import type { Clock } from './clock.ts';
import type { Log, State, Stoppable } from './contracts.ts';
import { numberIn, textIn, type Row } from './sqlite-row.ts';

/** How often and how long a delivery is tried again. */
export interface RetryPolicy {
  readonly mostAttempts: number;
  readonly oldestMs: number;
}

/** What the bus and the scheduler do without a RetryPolicy. */
export const usualRetryPolicy: RetryPolicy = { mostAttempts: 185, oldestMs: 24 * 3600 * 1000 };

/** Why a delivery was given up. */
export interface GivenUp {
  readonly code: string;
  readonly message: string;
  /** Retries that were made. */
  readonly retries: number;
  readonly condition: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds' | undefined;
}

interface Waiting {
  readonly id: number;
  readonly key: string;
  readonly body: string;
  readonly retries: number;
  readonly since: number;
}

const schema = `
  CREATE TABLE IF NOT EXISTS redeliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
    retries INTEGER NOT NULL, since REAL NOT NULL, due REAL NOT NULL);
  CREATE INDEX IF NOT EXISTS redeliveries_due ON redeliveries (owner, due);
`;

/** Delays grow from a second to ten minutes. */
const delayMs = (retries: number): number => Math.min(2 ** retries, 600) * 1000;

/** A missing target or permission does not come back by waiting: AWS does not try such a delivery again. */
const isLasting = (error: unknown): boolean =>
  error instanceof AwsError && /^AccessDenied|NotFound|DoesNotExist|NonExistent|Invalid/.test(error.code);

const waitingIn = (row: Row): Waiting => ({
  id: numberIn(row, 'id'),
  key: textIn(row, 'key'),
  body: textIn(row, 'body'),
  retries: numberIn(row, 'retries'),
  since: numberIn(row, 'since'),
});

interface Redelivery extends Stoppable {
  /** After a first try that failed: keeps the delivery for later, or gives it up; on disk when the promise settles. */
  failed(key: string, body: string, error: unknown): Promise<void>;
  /** Goes on with what an earlier process left. */
  start(): void;
}

/**
 * Deliveries that did not succeed at once: kept on disk, tried again with growing delays, and given up by policy.
 *
 * @param deps.owner whose deliveries these are, in the one table
 * @param deps.attempt delivers what `key` names; rejects when it cannot
 * @param deps.giveUp takes what is not tried again, e.g. to a dead-letter queue
 */
export const createRedelivery = (deps: {
  readonly owner: string;
  readonly state: State;
  readonly clock: Clock;
  readonly log: Log;
  readonly policyOf: (key: string) => RetryPolicy;
  readonly attempt: (key: string, body: string) => Promise<void>;
  readonly giveUp: (key: string, body: string, why: GivenUp) => Promise<void>;
}): Redelivery => {
  const { owner, state, clock, log } = deps;
  state.database.exec(schema);
  const statements = {
    insert: state.database.prepare(
      'INSERT INTO redeliveries (owner, key, body, retries, since, due) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    next: state.database.prepare('SELECT min(due) AS due FROM redeliveries WHERE owner = ?'),
    due: state.database.prepare('SELECT * FROM redeliveries WHERE owner = ? AND due <= ? ORDER BY due LIMIT 100'),
    later: state.database.prepare('UPDATE redeliveries SET retries = ?, due = ? WHERE id = ?'),
    remove: state.database.prepare('DELETE FROM redeliveries WHERE id = ?'),
  };
  let cancel: (() => void) | undefined;
  let working: Promise<void> | undefined;
  let stopped = false;
  let pauseMs = 0;

  /** Undefined: it may be tried again. */
  const verdict = (key: string, error: unknown, retries: number, since: number): GivenUp | undefined => {
    const { mostAttempts, oldestMs } = deps.policyOf(key);
    const code = error instanceof AwsError ? error.code : 'InternalException';
    const message = error instanceof Error ? error.message : String(error);
    if (isLasting(error)) return { code, message, retries, condition: undefined };
    if (retries >= mostAttempts) return { code, message, retries, condition: 'MaximumRetryAttempts' };
    if (clock.now() + delayMs(retries) - since > oldestMs)
      return { code, message, retries, condition: 'MaximumEventAgeInSeconds' };
    return undefined;
  };

  const again = async (waiting: Waiting): Promise<void> => {
    const { id, key, body, since } = waiting;
    const retries = waiting.retries + 1;
    try {
      await deps.attempt(key, body);
    } catch (error) {
      const why = verdict(key, error, retries, since);
      if (why === undefined) {
        await state.commit(() => statements.later.run(retries, clock.now() + delayMs(retries), id));
        return;
      }
      await deps.giveUp(key, body, why);
    }
    await state.commit(() => statements.remove.run(id));
  };

  const work = async (): Promise<void> => {
    const due = statements.due.all(owner, clock.now()).map(waitingIn);
    await Promise.all(due.map(again));
  };

  const arm = (): void => {
    cancel?.();
    cancel = undefined;
    const next = statements.next.get(owner)?.['due'];
    if (stopped || working !== undefined || typeof next !== 'number') return;
    cancel = clock.after(Math.max(next - clock.now(), pauseMs), () => {
      pauseMs = 0;
      working = work()
        .catch((error: unknown) => {
          // The state cannot be written: not again at once.
          pauseMs = delayMs(0);
          log.write({
            source: 'cloud',
            level: 'error',
            message: `redelivery of the ${owner} failed: ${String(error)}`,
          });
        })
        .then(() => {
          working = undefined;
          arm();
        });
    });
  };

  return {
    failed: async (key, body, error) => {
      const now = clock.now();
      const why = verdict(key, error, 0, now);
      if (why !== undefined) {
        await deps.giveUp(key, body, why);
        return;
      }
      await state.commit(() => statements.insert.run(owner, key, body, 0, now, now + delayMs(0)));
      arm();
    },
    start: arm,
    stop: async () => {
      stopped = true;
      cancel?.();
      await working;
    },
  };
};
