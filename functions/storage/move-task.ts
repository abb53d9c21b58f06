import * as z from 'zod';
import { TenantId } from '../../lib/runtime/tenant.ts';
import { drainId, fileId, nodeId, placementId } from './ids.ts';

/** A message of the queue of moves: one object that a drain wants elsewhere. Doubled and late ones do no harm. */
export const MoveTask = z.object({
  drainId: drainId.schema,
  run: z.int().min(1),
  tenant: TenantId,
  fileId: fileId.schema,
  number: z.int().min(1),
  nodeId: nodeId.schema,
  placementId: placementId.schema,
});
export type MoveTask = z.output<typeof MoveTask>;

/** Of the function that moves objects. A part of 525 MiB, the largest of 5 TiB in 10,000, needs 7 MiB/s in what is left after the work. */
export const MOVE_TIMEOUT_SECONDS = 120;
/** After so long no new part is begun. */
export const MOVE_WORK_SECONDS = 40;
/** A little longer than an invocation can last: after it, nobody else works on the move. */
export const MOVE_LEASE_SECONDS = 130;

export type SendMoves = (tasks: readonly MoveTask[], delaySeconds?: number) => Promise<void>;

/** Puts a move among the dead letters, where a person looks after it. */
export type GiveUpMove = (task: MoveTask, failure: string) => Promise<void>;
