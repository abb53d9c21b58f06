import type { StreamRecord } from '../contracts.ts';

/** Records that go to the function together, and how often they have failed. */
export interface Batch {
  readonly records: readonly StreamRecord[];
  readonly attempts: number;
}

/**
 * Spreads a stream's records over lanes that are worked on at once. Records of one partition key are in one lane as
 * long as any of them is unfinished, so their order stays.
 */
export interface StreamLanes {
  add(records: readonly StreamRecord[]): void;
  /** The next batch of an idle lane, or undefined: what is to be tried again first, then (if `fresh`) new records. */
  next(fresh: boolean): { readonly lane: number; readonly batch: Batch } | undefined;
  /** Records whose fate is decided. */
  finish(records: readonly StreamRecord[]): void;
  /** What has to be tried again before anything else of the lane, in this order. */
  again(lane: number, batches: readonly Batch[]): void;
  /** The lane can be given its next batch. */
  release(lane: number): void;
  /** Records that nobody works on yet. */
  waiting(): number;
  /** The oldest record that nobody works on yet. */
  oldestWaiting(): StreamRecord | undefined;
  /** The last sequence before the first unfinished record. */
  position(): number;
}

interface Lane {
  readonly pending: StreamRecord[];
  readonly retries: Batch[];
  busy: readonly StreamRecord[] | undefined;
}

/** @param start the position that reading begins after */
export const createStreamLanes = (options: {
  readonly lanes: number;
  readonly batchSize: number;
  readonly partitionOf: (record: StreamRecord) => string;
  readonly start: number;
}): StreamLanes => {
  const lanes: Lane[] = Array.from({ length: options.lanes }, () => ({ pending: [], retries: [], busy: undefined }));
  const homes = new Map<string, { readonly lane: number; unfinished: number }>();
  const unfinished = new Set<number>();
  let last = options.start;

  /** The first lane until it has a full batch waiting, so that small batches are not split for nothing. */
  const freeLane = (): number => {
    let best = 0;
    for (const [index, lane] of lanes.entries()) {
      if (lane.pending.length < options.batchSize) return index;
      if (lane.pending.length < (lanes[best]?.pending.length ?? 0)) best = index;
    }
    return best;
  };

  const laneAt = (index: number): Lane => {
    const lane = lanes[index];
    if (lane === undefined) throw new Error(`There is no lane ${index}`);
    return lane;
  };

  return {
    add(records) {
      for (const record of records) {
        const partition = options.partitionOf(record);
        const home = homes.get(partition) ?? { lane: freeLane(), unfinished: 0 };
        home.unfinished += 1;
        homes.set(partition, home);
        unfinished.add(record.sequence);
        last = Math.max(last, record.sequence);
        laneAt(home.lane).pending.push(record);
      }
    },
    next(fresh) {
      for (const [index, lane] of lanes.entries()) {
        if (lane.busy !== undefined) continue;
        const retry = lane.retries.shift();
        const batch = retry ?? { records: fresh ? lane.pending.splice(0, options.batchSize) : [], attempts: 0 };
        if (batch.records.length === 0) continue;
        lane.busy = batch.records;
        return { lane: index, batch };
      }
      return undefined;
    },
    finish(records) {
      for (const record of records) {
        if (!unfinished.delete(record.sequence)) continue;
        const partition = options.partitionOf(record);
        const home = homes.get(partition);
        if (home === undefined) continue;
        home.unfinished -= 1;
        if (home.unfinished === 0) homes.delete(partition);
      }
    },
    again: (lane, batches) => void laneAt(lane).retries.unshift(...batches.filter(({ records }) => records.length > 0)),
    release(lane) {
      laneAt(lane).busy = undefined;
    },
    waiting: () => lanes.reduce((sum, lane) => sum + lane.pending.length, 0),
    oldestWaiting: () =>
      lanes
        .map((lane) => lane.pending[0])
        .filter((record) => record !== undefined)
        .sort((a, b) => a.sequence - b.sequence)[0],
    position() {
      // Insertion order is the stream's order, so the first is the oldest.
      const [oldest] = unfinished;
      return oldest === undefined ? last : oldest - 1;
    },
  };
};
