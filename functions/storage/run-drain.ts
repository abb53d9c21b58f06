import type * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import type { RunDrain } from './calls.ts';
import { type Amount, type Drain, NOTHING, rateOf } from './drain.ts';
import type { DrainStore } from './drain-store.ts';
import type { Move, Placement } from './model.ts';
import type { MoveDirectory } from './move-directory.ts';
import type { MoveTask, SendMoves } from './move-task.ts';
import type { StorageNode } from './node.ts';
import type { SpaceStore } from './space.ts';

/** How long one invocation scans before it hands back. */
const WORK_MS = 15_000;
const PAGE = 200;
/** A mover that read the node just before it was made active again may still begin; then the index must hear of it. */
const SETTLED_MS = 10_000;
const MAX_WAIT_SECONDS = 900;

interface Deps {
  readonly space: Pick<SpaceStore, 'node' | 'space' | 'placements'>;
  readonly drains: DrainStore;
  readonly directory: Pick<MoveDirectory, 'moves'>;
  readonly send: SendMoves;
  /** draining -> drained. False: the node was changed meanwhile. */
  readonly setDrained: (node: StorageNode) => Promise<boolean>;
  readonly now: Clock;
}

type Answer = z.input<typeof RunDrain.output>;
const ENDED: Answer = { status: 'ended' };
const CONTINUE: Answer = { status: 'continue' };

const plus = (sum: Amount, placements: readonly Placement[]): Amount => ({
  objects: sum.objects + placements.length,
  bytes: placements.reduce((bytes, placement) => bytes + placement.bytes, sum.bytes),
});

const taskOf = ({ id, run }: Drain, from: Pick<Placement, 'nodeId' | 'placementId'>, object: Object_): MoveTask => ({
  drainId: id,
  run,
  tenant: object.tenant,
  fileId: object.fileId,
  number: object.number,
  nodeId: from.nodeId,
  placementId: from.placementId,
});
type Object_ = Pick<Move, 'tenant' | 'fileId' | 'number'>;

/** Waits grow with the drain: a second at first, a twentieth of its age, so that no drain has too many steps. */
const waitOf = ({ startedAt }: Drain, now: Date): Answer => ({
  status: 'wait',
  waitSeconds: Math.min(MAX_WAIT_SECONDS, Math.max(1, Math.round((now.getTime() - Date.parse(startedAt)) / 20_000))),
});

/**
 * Keeps a drain going, a step at a time. It scans the node's placements and sends what is live to the movers; looks whether
 * they get on, and scans again when they do not, which also finds uploads that were completed late and messages that were
 * lost; and ends when the node is empty. All that it knows is in the drain, so that it can be cut off anywhere.
 */
export const runDrain =
  (deps: Deps) =>
  async ({ drainId, run }: { readonly drainId: Drain['id']; readonly run: number }): Promise<Answer> => {
    const drain = await deps.drains.find(drainId);
    if (drain === undefined || drain.run !== run || drain.state === 'blocked' || drain.state === 'drained')
      return ENDED;
    const node = await deps.space.node(drain.nodeId);
    if (node?.drain !== drain.id) return settle(deps, drain);
    if (node.state === 'drained') return end(deps, drain, 'drained', null);
    if (node.state === 'down') {
      await change(deps, drain, { detail: 'The node is down. The drain goes on when it is back.' });
      return waitOf(drain, deps.now());
    }
    return drain.scan === null ? look(deps, drain, node) : scan(deps, drain);
  };

/** Undefined: somebody else changed it, so that this step must begin again. */
const change = async ({ drains, now }: Deps, drain: Drain, to: Partial<Drain>): Promise<Drain | undefined> => {
  const becomes: Drain = { ...drain, ...to, version: drain.version + 1, updatedAt: toInstant(now()) };
  return (await drains.save(drain, becomes)) ? becomes : undefined;
};

const end = async (deps: Deps, drain: Drain, state: 'drained' | 'blocked', detail: string | null): Promise<Answer> => {
  const ended = await change(deps, drain, { state, detail, endedAt: toInstant(deps.now()) });
  if (ended === undefined) return CONTINUE;
  const rate = rateOf(ended, await deps.drains.moved(drain.id), deps.now());
  if (rate !== null) await deps.drains.rememberRate(drain.pool, rate);
  return ENDED;
};

/** What movers have begun and nobody works on is sent to them again. */
const resend = async ({ directory, send, now }: Deps, drain: Drain): Promise<number> => {
  const { items } = await directory.moves({ drain: drain.id, state: 'copying', limit: PAGE });
  const idle = items.filter(({ busyUntil }) => busyUntil <= toInstant(now()));
  await send(idle.map((move) => taskOf(drain, move.from, move)));
  return items.length;
};

/** The node does not drain any more: the moves under way are ended, one side or the other, and nothing else. */
const settle = async (deps: Deps, drain: Drain): Promise<Answer> => {
  if (drain.state === 'running') {
    const ended = await change(deps, drain, { state: 'cancelled', scan: null, endedAt: toInstant(deps.now()) });
    return ended === undefined ? CONTINUE : { status: 'wait', waitSeconds: 1 };
  }
  const copying = await resend(deps, drain);
  const settled = deps.now().getTime() - Date.parse(drain.endedAt ?? drain.updatedAt) > SETTLED_MS;
  return copying === 0 && settled ? ENDED : { status: 'wait', waitSeconds: 5 };
};

const scan = async (deps: Deps, drain: Drain): Promise<Answer> => {
  const started = deps.now().getTime();
  let { after, live, garbage } = drain.scan ?? { after: null, live: NOTHING, garbage: NOTHING };
  const movedAtScan = after === null ? await deps.drains.moved(drain.id) : drain.movedAtScan;
  do {
    const page = await deps.space.placements(drain.nodeId, { limit: PAGE, ...(after === null ? {} : { after }) });
    const found = page.items.filter(({ state }) => state === 'live');
    await deps.send(found.map((one) => taskOf(drain, one, { ...one, number: one.version })));
    live = plus(live, found);
    garbage = plus(
      garbage,
      page.items.filter(({ state }) => state === 'garbage'),
    );
    after = page.next;
  } while (after !== null && deps.now().getTime() - started < WORK_MS);
  if (after !== null) {
    await change(deps, drain, { scan: { after, live, garbage }, movedAtScan });
    return CONTINUE;
  }
  const left = { live, garbage, moved: movedAtScan };
  const next = await change(deps, drain, { scan: null, left, movedAtScan, movedBefore: movedAtScan });
  return next === undefined ? CONTINUE : waitOf(drain, deps.now());
};

const BEGIN = { after: null, live: NOTHING, garbage: NOTHING };

/** Between scans: is it empty, do the movers get on, is what is left only what cannot be moved? */
const look = async (deps: Deps, drain: Drain, node: StorageNode): Promise<Answer> => {
  const { space, drains, directory, now } = deps;
  const { objects } = await space.space(node.id);
  const copying = await resend(deps, drain);
  if (objects === 0 && copying === 0 && (await space.placements(node.id, { limit: 1 })).items.length === 0)
    return (await deps.setDrained(node)) ? end(deps, drain, 'drained', null) : CONTINUE;

  const moved = await drains.moved(drain.id);
  const idle = moved.objects === drain.movedBefore.objects;
  const { live, moved: before } = drain.left ?? { live: NOTHING, moved: NOTHING };
  if (live.objects > 0 && idle && copying === 0) {
    const { items } = await directory.moves({ drain: drain.id, state: 'failed', limit: PAGE });
    const failed = items.filter((move) => move.run === drain.run).length;
    if (failed > 0 && failed >= Math.min(PAGE, live.objects)) {
      const why = `${live.objects} objects could not be moved; see the moves that failed. They are readable where they are.`;
      return end(deps, drain, 'blocked', `${why} Drain the node again when the cause is gone.`);
    }
  }
  // Nothing live is left but what was counted as moved: what remains is garbage in its grace, which needs no scan.
  const sent = live.objects - (moved.objects - before.objects);
  const again = live.objects > 0 && (idle || sent <= 0);
  const detail =
    idle && live.objects > 0 ? 'What is left waits: for room, for an upload under way, or for a node.' : null;
  const next = await change(deps, drain, { movedBefore: moved, detail, ...(again ? { scan: BEGIN } : {}) });
  if (next === undefined) return CONTINUE;
  return again && !idle ? CONTINUE : waitOf(drain, now());
};
