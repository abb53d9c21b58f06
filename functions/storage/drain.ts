import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { Actor } from '../../lib/runtime/tenant.ts';
import { drainId, nodeId } from './ids.ts';

/** Objects with the sum of their bytes. */
export const Amount = z.object({ objects: z.int().min(0), bytes: z.int().min(0) });
export type Amount = z.output<typeof Amount>;
export const NOTHING: Amount = { objects: 0, bytes: 0 };

/**
 * One way of a node to emptiness. `running`: a workflow keeps it going. `blocked`: what is left could not be moved, and is
 * readable where it is. `cancelled`: the node is active again. `drained`: the node has no object any more.
 */
export const Drain = z.object({
  id: drainId.schema,
  nodeId: nodeId.schema,
  pool: z.string(),
  state: z.enum(['running', 'blocked', 'cancelled', 'drained']),
  /** +1 with each time that it is started again: each run is a workflow of its own. */
  run: z.int().min(1),
  /** On the node when it began. */
  start: Amount,
  /** Where the scan of the node's placements is; null: none is under way. `after` null: it begins. */
  scan: z.object({ after: z.string().nullable(), live: Amount, garbage: Amount }).nullable(),
  /** What the last whole scan found, with what had been moved when it began. */
  left: z.object({ live: Amount, garbage: Amount, moved: Amount }).nullable(),
  /** What had been moved when the scan began, and at the last look. */
  movedAtScan: Amount,
  movedBefore: Amount,
  /** Why it does not get on, for people. */
  detail: z.string().nullable(),
  startedAt: Instant,
  updatedAt: Instant,
  endedAt: Instant.nullable(),
  /** +1 with each write: its fence. */
  version: z.int().min(1),
  actor: Actor,
  traceId: z.string(),
});
export type Drain = z.output<typeof Drain>;

/** What operators see of a drain. */
export const DrainView = z.object({
  id: drainId.schema,
  nodeId: nodeId.schema,
  state: Drain.shape.state,
  /** What has been moved, what is still to be moved, and what was deleted from under the move and waits for its grace. */
  moved: Amount,
  left: Amount,
  garbage: Amount,
  /** Objects that were given up in this run; they are readable where they are. */
  failed: z.int().min(0),
  /** Since the drain began; null while nothing has been moved. */
  bytesPerSecond: z.int().min(0).nullable(),
  secondsLeft: z.int().min(0).nullable(),
  detail: z.string().nullable(),
  startedAt: Instant,
  endedAt: Instant.nullable(),
});
export type DrainView = z.output<typeof DrainView>;

const minus = (one: Amount, other: Amount): Amount => ({
  objects: Math.max(0, one.objects - other.objects),
  bytes: Math.max(0, one.bytes - other.bytes),
});

/** Bytes a second over the whole drain; null while that says nothing. */
export const rateOf = ({ startedAt, endedAt }: Drain, moved: Amount, now: Date): number | null => {
  const seconds = ((endedAt === null ? now.getTime() : Date.parse(endedAt)) - Date.parse(startedAt)) / 1000;
  return moved.bytes === 0 || seconds <= 0 ? null : Math.max(1, Math.round(moved.bytes / seconds));
};

/** What is left is what the last scan found, less what has been moved since. */
export const drainView = (drain: Drain, moved: Amount, failed: number, now: Date): DrainView => {
  const { id, nodeId: node, state, detail, startedAt, endedAt } = drain;
  const over = state === 'drained';
  const found = drain.left ?? { live: minus(drain.start, moved), garbage: NOTHING, moved };
  const left = over ? NOTHING : minus(found.live, minus(moved, found.moved));
  const bytesPerSecond = rateOf(drain, moved, now);
  return {
    id,
    nodeId: node,
    state,
    moved,
    left,
    garbage: over ? NOTHING : found.garbage,
    failed,
    bytesPerSecond,
    secondsLeft: state !== 'running' || bytesPerSecond === null ? null : Math.ceil(left.bytes / bytesPerSecond),
    detail,
    startedAt,
    endedAt,
  };
};
