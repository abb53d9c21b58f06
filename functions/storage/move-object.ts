import { type Clock, secondsAfter, toInstant } from '../../lib/runtime/clock.ts';
import { conflict, isError } from '../../lib/runtime/errors.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { CopyFailed, copyObject, type CopyState } from './copy-object.ts';
import type { FileVersion, Move, Placement } from './model.ts';
import type { NodeId, PlacementId } from './ids.ts';
import { objectKey } from './keys.ts';
import type { MoveDirectory } from './move-directory.ts';
import { type GiveUpMove, MOVE_LEASE_SECONDS, type MoveTask } from './move-task.ts';
import { nodeFull, type OpenNode } from './node-client.ts';
import { graceSeconds, type StorageNode } from './node.ts';
import type { SpaceStore } from './space.ts';

/** Tries of one object without getting on, and nodes that took it badly, before it is given up. */
export const MAX_ATTEMPTS = 5;
/** So many tries of one target that does not answer; then another one is taken. */
const TRIES_OF_A_TARGET = 2;
/** A reader that read the place before the flip signs its URL a moment later. */
const SIGNING_SECONDS = 5;

export interface MoveDeps {
  readonly space: Pick<SpaceStore, 'node' | 'placement' | 'reserve' | 'setMultipart'>;
  readonly directory: MoveDirectory;
  readonly open: OpenNode;
  /** A node of the pool that has room, or none. */
  readonly choose: (wanted: {
    readonly bytes: number;
    readonly pool: string;
    readonly except: readonly NodeId[];
  }) => Promise<StorageNode | undefined>;
  /** A node failed while it was used. */
  readonly reportFailure: (node: NodeId) => Promise<void>;
  readonly bucketOf: (tenant: TenantId, node: NodeId) => string;
  readonly newPlacementId: () => PlacementId;
  readonly giveUp: GiveUpMove;
  readonly now: Clock;
}

/** `left`: nothing to do, or not now. `again`: there is more to do, after so many seconds. */
export type MoveOutcome =
  | { readonly status: 'moved' | 'left' | 'dropped' | 'failed' }
  | { readonly status: 'again'; readonly afterSeconds: number };

/** Somebody else has the move. */
class Lost extends Error {}

const LEFT = { status: 'left' } as const;
const UNTOUCHED: CopyState = { multipart: null, copied: false, checked: 0 };

/** Nodes on which a copy that was begun can be gone on with. */
const TAKES_BYTES = new Set<StorageNode['state']>(['active', 'read-only', 'draining']);

/**
 * Moves one object off a draining node: room elsewhere, copy, read back, flip. All that it knows is in items, each
 * written under a fence, so it may be cut off anywhere and begun again by anybody; the object is readable throughout, from
 * exactly one place that the directory knows.
 *
 * The order of reads matters: placement, move, version. A placement that is a move's copy is older than what is read of
 * the move after it.
 */
export const moveObject =
  (deps: MoveDeps) =>
  async (task: MoveTask, goesOn: () => boolean): Promise<MoveOutcome> => {
    const { space, directory, now } = deps;
    const placement = await space.placement(task.nodeId, task.placementId);
    const move = await directory.move(task.tenant, task.fileId, task.number);
    const version = await directory.version(task.tenant, task.fileId, task.number);
    const node = await space.node(task.nodeId);

    const ours = move?.state === 'copying' && move.from.placementId === task.placementId ? move : undefined;
    if (ours !== undefined && ours.busyUntil > toInstant(now())) return LEFT;
    if (node?.drain === task.drainId && node.state === 'down') return LEFT;
    const wanted = node?.drain === task.drainId && node.state === 'draining';
    const here = version?.state === 'kept' && version.place.placementId === task.placementId;
    if (!wanted || !here || placement?.state !== 'live') {
      if (ours === undefined) return LEFT;
      return (await drop(deps, ours, 'It is not wanted any more.')) ? { status: 'dropped' } : LEFT;
    }
    const ended =
      move?.state === 'failed' &&
      move.drainId === task.drainId &&
      move.run >= task.run &&
      move.from.placementId === task.placementId;
    if (ended) return LEFT;

    const object: Moved = { task, node, version, placement };
    if (ours === undefined) {
      const begun = await place(deps, object, move);
      return begun === undefined ? LEFT : carryOn(deps, object, begun, false, goesOn);
    }
    return resume(deps, object, ours, goesOn);
  };

/** What is moved, as it was read. */
interface Moved {
  readonly task: MoveTask;
  readonly node: StorageNode;
  readonly version: FileVersion;
  readonly placement: Placement;
}

const changed = (move: Move, now: Clock, change: Partial<Move>): Move => ({
  ...move,
  ...change,
  revision: move.revision + 1,
  updatedAt: toInstant(now()),
});

const leaseEnd = (now: Clock) => secondsAfter(now(), MOVE_LEASE_SECONDS);

/** The copy is garbage, and the move over. False: somebody else changed the move. */
const drop = ({ directory, now }: MoveDeps, move: Move, failure: string): Promise<boolean> =>
  directory.change(move, changed(move, now, { state: 'dropped', failure }), {
    copy: move.to,
    dueAt: toInstant(now()),
  });

/**
 * Chooses a node, says so in the move and then takes the room there: if it is cut off in between, the move names all that
 * there is to take back.
 */
const place = async (deps: MoveDeps, object: Moved, was: Move | undefined): Promise<Move | undefined> => {
  const { space, directory, now } = deps;
  const { task, node, version, placement } = object;
  const again = was?.state === 'copying' ? was : undefined;
  const avoid = again?.avoid ?? [];
  const tried: NodeId[] = [task.nodeId];
  let before = was;
  for (;;) {
    const wanted = { bytes: placement.bytes, pool: node.pool };
    const target =
      (await deps.choose({ ...wanted, except: [...tried, ...avoid] })) ??
      (await deps.choose({ ...wanted, except: tried }));
    if (target === undefined) {
      if (before?.state === 'copying') await drop(deps, before, 'No other node of the pool has room for it.');
      return undefined;
    }
    const id = deps.newPlacementId();
    const to = {
      placementId: id,
      nodeId: target.id,
      bucket: deps.bucketOf(task.tenant, target.id),
      key: objectKey(task.fileId, task.number, id),
    };
    const at = toInstant(now());
    const becomes: Move = {
      drainId: task.drainId,
      run: task.run,
      tenant: task.tenant,
      fileId: task.fileId,
      number: task.number,
      size: placement.bytes,
      from: version.place,
      to,
      state: 'copying',
      ...UNTOUCHED,
      attempts: again?.attempts ?? 1,
      busyUntil: leaseEnd(now),
      avoid,
      failure: again?.failure ?? null,
      revision: (before?.revision ?? 0) + 1,
      createdAt: again?.createdAt ?? at,
      updatedAt: at,
    };
    const discard = before?.state === 'copying' ? { copy: before.to, dueAt: at } : undefined;
    if (!(await directory.change(before, becomes, discard))) return undefined;
    before = becomes;
    const reserved = await space.reserve(
      {
        ...to,
        tenant: task.tenant,
        fileId: task.fileId,
        version: task.number,
        bytes: placement.bytes,
        uploadId: null,
        from: task.placementId,
        multipart: null,
        state: 'live',
        dueAt: null,
        createdAt: at,
      },
      undefined,
    );
    if (reserved.status === 'reserved' || reserved.status === 'exists') return becomes;
    tried.push(target.id);
  }
};

/** Takes over a move that was begun: by this invocation's message before, or by one that was cut off. */
const resume = async (deps: MoveDeps, object: Moved, move: Move, goesOn: () => boolean): Promise<MoveOutcome> => {
  const { directory, space, now } = deps;
  if (move.attempts >= MAX_ATTEMPTS)
    return giveUp(deps, object.task, move, move.failure ?? `It was cut off ${move.attempts} times without getting on.`);
  const claimed = changed(move, now, { attempts: move.attempts + 1, busyUntil: leaseEnd(now) });
  if (!(await directory.change(move, claimed))) return LEFT;
  const copy = await space.placement(move.to.nodeId, move.to.placementId);
  const target = await space.node(move.to.nodeId);
  if (copy?.state === 'live' && target !== undefined && TAKES_BYTES.has(target.state))
    return carryOn(deps, object, claimed, true, goesOn);
  const elsewhere = await place(deps, object, claimed);
  return elsewhere === undefined ? LEFT : carryOn(deps, object, elsewhere, false, goesOn);
};

const giveUp = async (
  { directory, giveUp: tell, now }: MoveDeps,
  task: MoveTask,
  move: Move,
  failure: string,
): Promise<MoveOutcome> => {
  await tell(task, failure);
  const becomes = changed(move, now, { state: 'failed', failure, busyUntil: toInstant(now()) });
  return (await directory.change(move, becomes, { copy: move.to, dueAt: toInstant(now()) }))
    ? { status: 'failed' }
    : LEFT;
};

const carryOn = async (
  deps: MoveDeps,
  object: Moved,
  begun: Move,
  resumed: boolean,
  goesOn: () => boolean,
): Promise<MoveOutcome> => {
  const { directory, space, now } = deps;
  const target = await space.node(begun.to.nodeId);
  if (target === undefined) throw new Error(`${begun.to.nodeId} was chosen for a copy, but is not there`);
  let move = begun;
  const save = async (change: Partial<Move>) => {
    const { multipart } = change;
    if (typeof multipart === 'string' && multipart !== move.multipart)
      await space.setMultipart(move.to.nodeId, move.to.placementId, multipart).catch((error: unknown) => {
        // The copy is garbage: the move was taken over.
        throw isError(error, conflict) ? new Lost() : error;
      });
    const next = changed(move, now, change);
    if (!(await directory.change(move, next))) throw new Lost();
    move = next;
  };
  try {
    const client = deps.open(target);
    await client.ensureBucket(move.to.bucket).catch((cause: unknown) => {
      throw new CopyFailed('target', 'node', `The node makes no bucket: ${String(cause)}`, cause);
    });
    const sums = object.version.parts === 0 ? [] : await directory.sums(object.task.tenant, object.version);
    const copied = await copyObject(
      {
        source: deps.open(object.node),
        target: client,
        version: object.version,
        to: move.to,
        sums,
        resumed,
        save,
        goesOn,
      },
      move,
    );
    if (copied.whole) return await flip(deps, object, move);
    const attempts = copied.progress ? 0 : move.attempts;
    await save({ ...pick(copied.state), attempts, busyUntil: toInstant(now()) });
    return { status: 'again', afterSeconds: 0 };
  } catch (error) {
    if (error instanceof Lost) return LEFT;
    if (!(error instanceof CopyFailed)) throw error;
    return afterFailure(deps, object, move, error);
  }
};

const pick = ({ multipart, copied, checked }: CopyState): CopyState => ({ multipart, copied, checked });

const flip = async (deps: MoveDeps, { node, version }: Moved, move: Move): Promise<MoveOutcome> => {
  const { directory, now } = deps;
  const dueAt = secondsAfter(now(), graceSeconds(node.lifetimes) + SIGNING_SECONDS);
  const becomes = changed(move, now, { state: 'flipped', multipart: null, failure: null });
  if (await directory.flip({ version, was: move, becomes, dueAt })) return { status: 'moved' };
  // The version changed meanwhile; or the flip was done, and its answer was lost.
  const found = await directory.move(move.tenant, move.fileId, move.number);
  if (found?.state === 'flipped' && found.to.placementId === move.to.placementId) return { status: 'moved' };
  return (await drop(deps, move, 'The version changed while it was copied.')) ? { status: 'dropped' } : LEFT;
};

/** What is to blame decides: another target, another try, or none. */
const afterFailure = async (deps: MoveDeps, object: Moved, move: Move, error: CopyFailed): Promise<MoveOutcome> => {
  const { directory, now } = deps;
  const blamed = error.side === 'source' ? move.from.nodeId : move.to.nodeId;
  if (error.why === 'node' && !isError(error.cause, nodeFull)) await deps.reportFailure(blamed);
  const failure = `On ${blamed}: ${error.message}`.slice(0, 500);
  const elsewhere =
    error.side === 'target' &&
    (error.why === 'bytes' || isError(error.cause, nodeFull) || move.attempts >= TRIES_OF_A_TARGET);
  const avoid = elsewhere ? [...move.avoid, move.to.nodeId] : move.avoid;
  if (move.attempts >= MAX_ATTEMPTS || avoid.length >= MAX_ATTEMPTS) return giveUp(deps, object.task, move, failure);
  const at = toInstant(now());
  const next = changed(move, now, { failure, avoid, busyUntil: at, ...(elsewhere ? UNTOUCHED : {}) });
  const kept = await directory.change(move, next, elsewhere ? { copy: move.to, dueAt: at } : undefined);
  return kept ? { status: 'again', afterSeconds: 2 ** move.attempts } : LEFT;
};
