import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { AwsServiceError } from './clients/aws-client.ts';
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

/** The members of DynamoDB's refusals that matter here; items are in its JSON. */
const Image = z.custom<Record<string, AttributeValue>>((value) => typeof value === 'object' && value !== null);
const Refusal = z.object({ Item: Image.optional() });
const Cancelled = z.object({ CancellationReasons: z.array(z.object({ Code: z.string(), Item: Image.optional() })) });

const reasonsOf = (error: unknown): z.output<typeof Cancelled>['CancellationReasons'] | undefined =>
  error instanceof AwsServiceError && error.name === 'TransactionCanceledException'
    ? Cancelled.parse(error.body).CancellationReasons
    : undefined;
const FAILED = 'ConditionalCheckFailed';

/** Retriable reasons: nothing was written, and the same transaction may succeed in a moment. */
const PASSING = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);
const isPassing = (error: unknown): boolean => {
  if (error instanceof AwsServiceError && error.name === 'TransactionConflictException') return true;
  const reasons = reasonsOf(error) ?? [];
  return !reasons.some(({ Code }) => Code === FAILED) && reasons.some(({ Code }) => PASSING.has(Code));
};

/** Full jitter between 10 and 80 ms: DynamoDB's transactions last milliseconds, so a short wait is enough. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10 + Math.random() * 70));
const GIVE_UP_AFTER_MS = 5000;

/**
 * Waits before a next try, each time it is called.
 * @throws temporarily_unavailable (503) when 5 s have passed since it was made
 */
export const patience = (why: string): ((cause?: unknown) => Promise<void>) => {
  const deadline = performance.now() + GIVE_UP_AFTER_MS;
  return async (cause) => {
    if (performance.now() > deadline)
      throw temporarilyUnavailable(`${why} Try again in a moment.`, { retryAfter: 1, cause });
    await pause();
  };
};

/**
 * Tries again while DynamoDB refuses a write because another transaction holds one of its items.
 * @throws temporarily_unavailable (503) after 5 s
 */
export const retryingConflicts = async <Result>(
  work: () => Promise<Result>,
  onConflict?: () => Promise<void>,
): Promise<Result> => {
  const wait = patience('Too many requests want the same item.');
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error)) throw error;
      await onConflict?.();
      await wait(error);
    }
  }
};

/** Turns DynamoDB's exceptions into ours, with the items that are there; anything else goes on as it is. */
export const dbErrors = (read: (item: Record<string, AttributeValue>) => Item) => ({
  single: (error: unknown): never => {
    if (error instanceof AwsServiceError && error.name === 'ConditionalCheckFailedException') {
      const { Item } = Refusal.parse(error.body);
      throw new ConditionFailed(Item === undefined ? undefined : read(Item));
    }
    throw error;
  },
  transaction: (error: unknown): never => {
    const reasons = reasonsOf(error) ?? [];
    if (reasons.some(({ Code }) => Code === FAILED)) {
      throw new TransactionRefused(
        reasons.map(({ Code, Item }) => ({
          failed: Code === FAILED,
          item: Item === undefined ? undefined : read(Item),
        })),
      );
    }
    throw error;
  },
});
