import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { InvokeResult, Log, Meter, Queues, State, Weather } from '../contracts.ts';
import { isObject, parseJson } from '../json.ts';
import type { AsyncSettings, LambdaFunction } from './functions.ts';

interface Invocation {
  readonly id: string;
  readonly fn: LambdaFunction;
  readonly payload: string;
  readonly traceId: string | undefined;
  readonly attempts: number;
}

export interface AsyncInvocations {
  /** The event is on disk when the promise settles. */
  add(fn: LambdaFunction, payload: string, traceId: string | undefined): Promise<void>;
  /** Goes on with what an earlier run left. Called once, when all functions are known. */
  resume(find: (name: string) => LambdaFunction | undefined): void;
}

/** Lambda waits one and two minutes; a developer would not. */
const RETRY_DELAYS_MS = [1_000, 2_000] as const;
const THROTTLED_DELAY_MS = 1_000;
/** In rough weather: an event that was handled is handled again. */
const DOUBLED_CHANCE = 0.02;

const errorOf = (payload: string): { errorType: string; errorMessage: string } => {
  const error = parseJson(payload);
  const field = (name: string): string =>
    isObject(error) && typeof error[name] === 'string' ? error[name] : 'Unknown';
  return { errorType: field('errorType'), errorMessage: field('errorMessage') };
};

/**
 * Asynchronous invocations: kept until they succeed, retried as the function's settings say, and then given to its
 * dead-letter queue and its failure destination in Lambda's forms.
 */
export const createAsyncInvocations = (options: {
  readonly state: State;
  readonly clock: Clock;
  readonly weather: Weather;
  readonly meter: Meter;
  readonly log: Log;
  readonly queues: () => Pick<Queues, 'send'>;
  readonly settingsOf: (fn: LambdaFunction) => AsyncSettings;
  /** Rejects only when the function could not be run at all (throttled, stopping). */
  readonly run: (fn: LambdaFunction, payload: string, traceId: string | undefined) => Promise<InvokeResult>;
}): AsyncInvocations => {
  const { state, clock, weather, meter } = options;
  state.database.exec(
    'CREATE TABLE IF NOT EXISTS async_invocations (id TEXT PRIMARY KEY, function TEXT NOT NULL, payload TEXT NOT NULL, trace TEXT, attempts INTEGER NOT NULL) WITHOUT ROWID',
  );
  const insert = state.database.prepare('INSERT INTO async_invocations VALUES (?, ?, ?, ?, 0)');
  const remove = state.database.prepare('DELETE FROM async_invocations WHERE id = ?');
  const count = state.database.prepare('UPDATE async_invocations SET attempts = ? WHERE id = ?');
  const all = state.database.prepare('SELECT id, function, payload, trace, attempts FROM async_invocations');

  const complain = (invocation: Invocation, message: string, level: 'warn' | 'error' = 'error'): void =>
    options.log.write({
      source: 'lambda',
      level,
      domain: invocation.fn.domain,
      traceId: invocation.traceId,
      message: `${invocation.fn.name}: ${message}`,
    });

  const giveUp = async (invocation: Invocation, failure: string): Promise<void> => {
    const { fn, payload, id } = invocation;
    const { errorType, errorMessage } = errorOf(failure);
    const { onFailureArn } = options.settingsOf(fn);
    const attributes = { RequestID: id, ErrorCode: '200', ErrorMessage: errorMessage };
    if (fn.deadLetterArn !== undefined) await options.queues().send(fn.deadLetterArn, [{ body: payload, attributes }]);
    if (onFailureArn !== undefined) {
      const body = JSON.stringify({
        version: '1.0',
        timestamp: new Date(clock.now()).toISOString(),
        requestContext: {
          requestId: id,
          functionArn: `${fn.arn}:$LATEST`,
          condition: 'RetriesExhausted',
          approximateInvokeCount: invocation.attempts + 1,
        },
        requestPayload: parseJson(payload),
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        responsePayload: parseJson(failure),
      });
      await options.queues().send(onFailureArn, [{ body }]);
    }
    const kept = fn.deadLetterArn ?? onFailureArn;
    complain(
      invocation,
      `event dropped after ${invocation.attempts + 1} attempts (${errorType}), ${kept === undefined ? 'it has no dead-letter queue' : `sent to ${kept}`}`,
    );
    await state.commit(() => remove.run(id));
  };

  const attempt = async (invocation: Invocation): Promise<void> => {
    const { fn, payload, traceId, attempts, id } = invocation;
    let result: InvokeResult;
    try {
      result = await options.run(fn, payload, traceId);
    } catch (error) {
      complain(
        invocation,
        `could not be run, waiting: ${error instanceof Error ? error.message : String(error)}`,
        'warn',
      );
      later(THROTTLED_DELAY_MS, invocation);
      return;
    }
    if (result.functionError === undefined) {
      if (weather.roll(DOUBLED_CHANCE)) later(weather.delay(1_000), invocation);
      else await state.commit(() => remove.run(id));
      return;
    }
    if (attempts >= options.settingsOf(fn).retries) {
      await giveUp(invocation, result.payload);
      return;
    }
    const next = { ...invocation, attempts: attempts + 1 };
    await state.commit(() => count.run(next.attempts, id));
    meter.count('lambda.asyncRetries');
    later(RETRY_DELAYS_MS[attempts] ?? 2_000, next);
  };

  const begin = (invocation: Invocation): void => {
    attempt(invocation).catch((error: unknown) => {
      complain(
        invocation,
        `its event is kept and tried again: ${error instanceof Error ? error.message : String(error)}`,
      );
      later(THROTTLED_DELAY_MS, invocation);
    });
  };

  const later = (delay: number, invocation: Invocation): void => void clock.after(delay, () => begin(invocation));

  return {
    async add(fn, payload, traceId) {
      const id = randomUUID();
      await state.commit(() => insert.run(id, fn.name, payload, traceId ?? null));
      begin({ id, fn, payload, traceId, attempts: 0 });
    },
    resume(find) {
      for (const row of all.all()) {
        const name = String(row['function']);
        const fn = find(name);
        const id = String(row['id']);
        if (fn === undefined) {
          options.log.write({
            source: 'lambda',
            level: 'warn',
            message: `${name} is gone; its event ${id} waits for it`,
          });
          continue;
        }
        const traceId = typeof row['trace'] === 'string' ? row['trace'] : undefined;
        begin({ id, fn, payload: String(row['payload']), traceId, attempts: Number(row['attempts']) });
      }
    },
  };
};
