import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Account, InvokeResult, Log, Meter, Queues, StreamRecord, Streams, Weather } from '../contracts.ts';
import { batchOutcome } from './batch-outcome.ts';
import type { StreamMapping } from './mapping-properties.ts';
import { failureNotice, sequenceNumber, streamEvent } from './stream-event.ts';
import { createStreamLanes, type Batch } from './stream-lanes.ts';

/** Where a reader is in its stream, kept over restarts. */
export interface StreamPosition {
  /** Undefined for a mapping that has never run. */
  load(): number | undefined;
  /** Not waited for: a position that is lost only means that records come again. */
  save(position: number): void;
}

export interface StreamReader {
  start(): void;
  stop(): void;
}

/** Lambda waits longer and longer between tries; the first waits are short, a developer sees them. */
const retryDelay = (attempts: number): number => Math.min(100 * 2 ** attempts, 10_000);
/** In rough weather: a batch whose work is done comes again. */
const DOUBLED_CHANCE = 0.02;
/** In rough weather: a stream is read this much later. */
const LATE_BY_MS = 300;
/**
 * Records that come this soon after a look wait for the next one, so that a busy stream is read in batches. Lambda looks
 * four times a second; the first record after a quiet time is read at once, which Lambda does not promise.
 */
const LOOK_EVERY_MS = 100;

/** Feeds a function from a table's stream, in batches, in order within a partition key. */
export const createStreamReader = (options: {
  readonly mapping: StreamMapping;
  readonly fn: { readonly name: string; readonly arn: string; readonly domain: string | undefined };
  readonly account: Account;
  readonly streams: Pick<Streams, 'read' | 'onWrite' | 'latest'>;
  readonly queues: Pick<Queues, 'send'>;
  readonly clock: Clock;
  readonly weather: Weather;
  readonly meter: Meter;
  readonly log: Log;
  readonly position: StreamPosition;
  /** The partition key's value of a record. */
  readonly partitionOf: (record: StreamRecord) => string;
  /** Whether the mapping's filter lets a record through. */
  readonly passes: (record: StreamRecord) => boolean;
  readonly run: (payload: string) => Promise<InvokeResult>;
}): StreamReader => {
  const { mapping, clock, streams, weather } = options;
  const { batchSize } = mapping;
  const saved = options.position.load();
  const start = saved ?? (mapping.startAtLatest ? streams.latest(mapping.tableName) : 0);
  const lanes = createStreamLanes({ lanes: mapping.parallel, batchSize, partitionOf: options.partitionOf, start });
  let fetched = start;
  let savedAt = saved;
  let stopped = false;
  /** There may be records that were not read yet. */
  let unread = true;
  let looking: (() => void) | undefined;
  let nextLook = Number.NEGATIVE_INFINITY;
  let wake: (() => void) | undefined;
  let unsubscribe: (() => void) | undefined;

  const savePosition = (): void => {
    const position = lanes.position();
    if (position === savedAt) return;
    savedAt = position;
    options.position.save(position);
  };

  /**
   * A short page is taken for the last one; should it only have been short because writes that changed nothing were left
   * out of it, the look a little later finds the rest.
   */
  const fetch = (): void => {
    const page = batchSize * mapping.parallel;
    while (unread && lanes.waiting() < page) {
      const records = streams.read(mapping.tableName, fetched, page);
      const last = records.at(-1);
      unread = records.length === page;
      if (last === undefined) return;
      nextLook = clock.now() + LOOK_EVERY_MS;
      fetched = last.sequence;
      lanes.add(records);
      if (!unread) lookAgain();
    }
  };

  const lookAgain = (): void => {
    looking ??= clock.after(Math.max(0, nextLook - clock.now()), () => {
      looking = undefined;
      look();
    });
  };

  const complain = (message: string): void =>
    options.log.write({
      source: 'stream',
      level: 'error',
      domain: options.fn.domain,
      message: `${options.fn.name}: ${message}`,
    });

  const giveUp = async (batch: Batch, condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded'): Promise<void> => {
    complain(`gave up ${batch.records.length} records after ${batch.attempts} attempts (${condition})`);
    options.meter.count('stream.givenUp', batch.records.length);
    if (mapping.onFailureArn === undefined) return;
    const body = failureNotice({
      records: batch.records,
      condition,
      attempts: batch.attempts,
      functionArn: options.fn.arn,
      streamArn: mapping.sourceArn,
      requestId: randomUUID(),
      now: clock.now(),
    });
    await options.queues.send(mapping.onFailureArn, [{ body }]);
  };

  /** What is still to do of a batch after an attempt, in order; the rest of the batch is finished. */
  const remainder = (batch: Batch, result: InvokeResult): readonly Batch[] => {
    const { records, attempts } = batch;
    const outcome = batchOutcome(result, mapping.partialFailures, new Set(records.map(sequenceNumber)));
    if (outcome.kind === 'done') return [];
    if (outcome.kind === 'partly') {
      const first = records.findIndex((record) => outcome.failed.has(sequenceNumber(record)));
      const failedOne = records.slice(first, first + 1);
      const rest = records.slice(first + 1);
      if (!mapping.bisect) return [{ records: records.slice(first), attempts: first === 0 ? attempts + 1 : 1 }];
      return [
        { records: failedOne, attempts: first === 0 ? attempts + 1 : 1 },
        { records: rest, attempts: 0 },
      ];
    }
    if (!mapping.bisect || records.length === 1) return [{ records, attempts: attempts + 1 }];
    const half = Math.ceil(records.length / 2);
    return [
      { records: records.slice(0, half), attempts },
      { records: records.slice(half), attempts },
    ];
  };

  const isExhausted = (batch: Batch): boolean => mapping.maximumRetries >= 0 && batch.attempts > mapping.maximumRetries;

  /** One attempt; answers how long the lane has to wait before its next. */
  const attempt = async (lane: number, batch: Batch): Promise<number> => {
    const oldest = clock.now() - mapping.maximumAgeMs;
    const expired = batch.records.filter((record) => record.createdAt < oldest);
    if (expired.length > 0) {
      await giveUp({ records: expired, attempts: batch.attempts }, 'RecordAgeExceeded');
      lanes.finish(expired);
    }
    const alive = batch.records.filter((record) => record.createdAt >= oldest);
    const passing = alive.filter(options.passes);
    lanes.finish(alive.filter((record) => !passing.includes(record)));
    if (passing.length === 0) return 0;
    const current: Batch = { records: passing, attempts: batch.attempts };
    const result = await options.run(streamEvent(passing, mapping.sourceArn, options.account));
    if (weather.roll(DOUBLED_CHANCE)) {
      lanes.again(lane, [current]);
      return weather.delay(LATE_BY_MS);
    }
    const left = remainder(current, result);
    const leftRecords = new Set(left.flatMap(({ records }) => records));
    lanes.finish(passing.filter((record) => !leftRecords.has(record)));
    if (left.length === 0) return 0;
    options.meter.count('stream.retries');
    const again: Batch[] = [];
    for (const part of left) {
      if (isExhausted(part)) {
        await giveUp(part, 'RetryAttemptsExhausted');
        lanes.finish(part.records);
      } else again.push(part);
    }
    lanes.again(lane, again);
    return retryDelay(current.attempts);
  };

  const work = (lane: number, batch: Batch): void => {
    attempt(lane, batch)
      .catch((error: unknown) => {
        // The function could not be run (throttled, stopping): the batch waits, and no try is counted.
        if (!stopped) complain(error instanceof Error ? error.message : String(error));
        lanes.again(lane, [batch]);
        return retryDelay(2);
      })
      .then((delay) => {
        savePosition();
        if (delay === 0) release(lane);
        else if (!stopped) clock.after(delay, () => release(lane));
      })
      .catch((error: unknown) => complain(String(error)));
  };

  const release = (lane: number): void => {
    lanes.release(lane);
    pump();
  };

  /** With a batching window, waits for a full batch or for the window to pass. */
  const mustWait = (): boolean => {
    if (mapping.batchingWindowMs === 0 || lanes.waiting() >= batchSize) return false;
    const oldest = lanes.oldestWaiting();
    if (oldest === undefined) return false;
    const until = oldest.createdAt + mapping.batchingWindowMs - clock.now();
    if (until <= 0) return false;
    wake ??= clock.after(until, () => {
      wake = undefined;
      pump();
    });
    return true;
  };

  const pump = (): void => {
    if (stopped) return;
    fetch();
    const fresh = !mustWait();
    for (let next = lanes.next(fresh); next !== undefined; next = lanes.next(fresh)) work(next.lane, next.batch);
  };

  const look = (): void => {
    unread = true;
    if (!weather.rough) pump();
    else clock.after(weather.delay(LATE_BY_MS), pump);
  };

  const noticed = (): void => {
    if (clock.now() < nextLook) lookAgain();
    else look();
  };

  return {
    start() {
      if (saved === undefined) savePosition();
      unsubscribe = streams.onWrite(mapping.tableName, noticed);
      pump();
    },
    stop() {
      stopped = true;
      unsubscribe?.();
      wake?.();
      looking?.();
    },
  };
};
