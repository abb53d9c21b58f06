import {
  type AttributeValue,
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import type { Item } from './db.ts';
import { temporarilyUnavailable } from './errors.ts';

/** A condition of a single write did not hold. `item` is what is there (undefined when nothing is). */
export class ConditionFailed extends Error {
  readonly item: Item | undefined;
  constructor(item: Item | undefined) {
    super('The condition of a write did not hold');
    this.name = 'ConditionFailed';
    this.item = item;
  }
}

/** A transaction was refused. `reasons` follows the order of its writes. */
export class TransactionRefused extends Error {
  readonly reasons: readonly { readonly failed: boolean; readonly item: Item | undefined }[];
  constructor(reasons: TransactionRefused['reasons']) {
    super('The condition of a write in a transaction did not hold');
    this.name = 'TransactionRefused';
    this.reasons = reasons;
  }
}

/** Retriable reasons: nothing was written, and the same transaction may succeed in a moment. */
const PASSING = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);
const isPassing = (error: unknown): boolean =>
  error instanceof TransactionConflictException ||
  (error instanceof TransactionCanceledException &&
    !(error.CancellationReasons ?? []).some((reason) => reason.Code === 'ConditionalCheckFailed') &&
    (error.CancellationReasons ?? []).some((reason) => PASSING.has(reason.Code ?? '')));

/** Full jitter between 10 and 80 ms: DynamoDB's transactions last milliseconds, so a short wait is enough. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10 + Math.random() * 70));
const GIVE_UP_AFTER_MS = 5000;

/**
 * Tries again while DynamoDB refuses a write because another transaction holds one of its items.
 * @throws temporarily_unavailable (503) after 5 s
 */
export const retryingConflicts = async <Result>(
  work: () => Promise<Result>,
  onConflict?: () => Promise<void>,
): Promise<Result> => {
  const deadline = performance.now() + GIVE_UP_AFTER_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (performance.now() > deadline) {
        throw temporarilyUnavailable('Too many requests want the same item. Try again in a moment.', {
          retryAfter: 1,
          cause: error,
        });
      }
      await onConflict?.();
      await pause();
    }
  }
};

/** Turns DynamoDB's exceptions into ours, with the items that are there; anything else goes on as it is. */
export const dbErrors = (read: (item: Record<string, AttributeValue>) => Item) => ({
  single: (error: unknown): never => {
    if (error instanceof ConditionalCheckFailedException) {
      throw new ConditionFailed(error.Item === undefined ? undefined : read(error.Item));
    }
    throw error;
  },
  transaction: (error: unknown): never => {
    if (error instanceof TransactionCanceledException) {
      const reasons = error.CancellationReasons ?? [];
      if (reasons.some((reason) => reason.Code === 'ConditionalCheckFailed')) {
        throw new TransactionRefused(
          reasons.map((reason) => ({
            failed: reason.Code === 'ConditionalCheckFailed',
            item: reason.Item === undefined ? undefined : read(reason.Item),
          })),
        );
      }
    }
    throw error;
  },
});
