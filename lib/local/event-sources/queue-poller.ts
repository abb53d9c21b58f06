import type { Clock } from '../clock.ts';
import type { Account, InvokeResult, Log, Meter, Weather } from '../contracts.ts';
import { billedRequests } from '../sqs/billed-requests.ts';
import type { Queue, ReceivedMessage } from '../sqs/queue.ts';
import { batchOutcome } from './batch-outcome.ts';
import type { QueueMapping } from './mapping-properties.ts';
import { queueEvent } from './queue-event.ts';

export interface QueuePoller {
  start(): void;
  /** Takes no more; resolves when the batches under way are done. */
  stop(): Promise<void>;
}

/** Lambda begins with five batches at once; a laptop is served better by no more than these, whatever a mapping allows. */
const MAX_CONCURRENCY = 5;
/**
 * A message that arrives while a batch is under way waits for company this long: an invocation for each message would
 * cost more than the messages do.
 */
const GATHER_MS = 20;
/** On AWS a failed message waits for the rest of its visibility timeout, often minutes; here 1, 2, 4, ... seconds. */
const retryDelay = (receives: number, visibilityTimeoutMs: number): number =>
  Math.min(1_000 * 2 ** (receives - 1), visibilityTimeoutMs);

/** Feeds a function from a queue, in batches. */
export const createQueuePoller = (options: {
  readonly mapping: QueueMapping;
  readonly fn: { readonly name: string; readonly domain: string | undefined };
  readonly queue: Queue;
  readonly account: Account;
  readonly clock: Clock;
  readonly weather: Weather;
  readonly meter: Meter;
  readonly log: Log;
  /** Whether the mapping's filter lets a message through; what it does not is deleted. */
  readonly passes: (message: ReceivedMessage) => boolean;
  readonly run: (payload: string) => Promise<InvokeResult>;
}): QueuePoller => {
  const { mapping, queue, clock, weather } = options;
  const most = Math.min(mapping.maximumConcurrency ?? MAX_CONCURRENCY, MAX_CONCURRENCY);
  const underWay = new Set<Promise<void>>();
  let stopped = false;
  let gathering: (() => void) | undefined;
  let unsubscribe: (() => void) | undefined;

  const complain = (message: string): void =>
    options.log.write({
      source: 'queue',
      level: 'warn',
      domain: options.fn.domain,
      message: `${options.fn.name}: ${message}`,
    });

  const outcomeOf = async (messages: readonly ReceivedMessage[]): Promise<ReadonlySet<string>> => {
    const all = new Set(messages.map(({ messageId }) => messageId));
    try {
      const result = await options.run(queueEvent(messages, mapping.sourceArn, options.account));
      const outcome = batchOutcome(result, mapping.partialFailures, all);
      return outcome.kind === 'partly' ? outcome.failed : outcome.kind === 'failed' ? all : new Set();
    } catch (error) {
      if (!stopped) complain(error instanceof Error ? error.message : String(error));
      return all;
    }
  };

  const work = async (messages: readonly ReceivedMessage[]): Promise<void> => {
    const passing = messages.filter(options.passes);
    const failed = passing.length === 0 ? new Set<string>() : await outcomeOf(passing);
    for (const message of messages) {
      if (!failed.has(message.messageId)) continue;
      queue.changeVisibility(
        message.receiptHandle,
        retryDelay(message.receiveCount, queue.settings.visibilityTimeoutMs),
      );
    }
    const done = messages.filter(({ messageId }) => !failed.has(messageId));
    if (failed.size > 0) options.meter.count('queue.retries', failed.size);
    if (done.length === 0) return;
    options.meter.count('sqs.DeleteMessage');
    await queue.remove(done.map(({ receiptHandle }) => receiptHandle));
  };

  const begin = (messages: readonly ReceivedMessage[]): void => {
    const bytes = messages.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
    options.meter.count('sqs.ReceiveMessage', billedRequests(bytes));
    const working: Promise<void> = work(messages)
      .catch((error: unknown) => complain(String(error)))
      .finally(() => {
        underWay.delete(working);
        pump();
      });
    underWay.add(working);
  };

  const gather = (milliseconds: number): void => {
    gathering ??= clock.after(milliseconds, () => {
      gathering = undefined;
      take();
    });
  };

  const take = (): void => {
    if (stopped || underWay.size >= most) return;
    const messages = queue.take(mapping.batchSize);
    if (messages.length > 0) begin(messages);
  };

  const pump = (): void => {
    while (!stopped && underWay.size < most) {
      const { visible } = queue.counts();
      if (visible === 0) return;
      if (visible < mapping.batchSize && mapping.batchingWindowMs > 0) return gather(mapping.batchingWindowMs);
      if (visible < mapping.batchSize && underWay.size > 0 && !weather.rough) return gather(GATHER_MS);
      const before = underWay.size;
      take();
      if (underWay.size === before) return;
    }
  };

  return {
    start() {
      unsubscribe = queue.onVisible(pump);
      pump();
    },
    async stop() {
      stopped = true;
      unsubscribe?.();
      gathering?.();
      await Promise.all(underWay);
    },
  };
};
