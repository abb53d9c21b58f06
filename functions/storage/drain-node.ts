import * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { conflict, defineError } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { actorOf } from '../../lib/runtime/tenant.ts';
import { type Drain, drainView, DrainView, NOTHING } from './drain.ts';
import type { DrainStore } from './drain-store.ts';
import { drainId, nodeId } from './ids.ts';
import type { StorageNode } from './node.ts';
import { DrainPlan, isTargetFor, planDrain } from './plan-drain.ts';
import type { SpaceStore } from './space.ts';
import { changedMeanwhile, isLegalMove, moved, nodeNotFound, requireEpoch } from './transitions.ts';

export const noRoom = defineError('no_room', 409, 'The other nodes have no room for what is on this one');

export const drainNodeRoute = defineRoute({
  method: 'POST',
  path: '/v1/storage/nodes/{nodeId}/drain',
  summary: 'Move all objects off a storage node, or say what that would take',
  callers: ['operator'],
  ifMatch: 'required',
  params: z.strictObject({ nodeId: nodeId.schema }),
  body: z.strictObject({ dryRun: z.boolean().default(false) }),
  response: z.object({ plan: DrainPlan, drain: DrainView.nullable() }),
  status: 202,
  errors: [nodeNotFound, noRoom, conflict],
});

/** Starts the workflow of one run of a drain; that it runs already is success. */
export type StartDrain = (drain: Drain) => Promise<void>;

interface Deps {
  readonly space: Pick<SpaceStore, 'node' | 'nodes' | 'space' | 'changeNode'>;
  readonly drains: DrainStore;
  readonly start: StartDrain;
  readonly now: Clock;
}

/** A running drain's workflow looks at it once in 15 minutes at least; one that was not seen for so long has failed. */
const STALE_MS = 45 * 60 * 1000;

const planOf = async ({ space, drains, now }: Deps, node: StorageNode): Promise<DrainPlan> => {
  const others = (await space.nodes()).filter((other) => isTargetFor(node, other, now()));
  const spaces = await Promise.all(others.map(async (other) => ({ node: other, space: await space.space(other.id) })));
  return planDrain(await space.space(node.id), spaces, await drains.lastRate(node.pool));
};

/** @throws no_room with what is missing */
const requireRoom = (node: StorageNode, plan: DrainPlan): void => {
  const { bytes, roomBytes, missingBytes, targets } = plan;
  if (targets.length === 0)
    throw noRoom(
      `No other node of the pool "${node.pool}" takes objects, so ${node.name} cannot be emptied. Add and activate another node first.`,
      { extensions: { missingBytes: bytes, plan } },
    );
  if (missingBytes > 0)
    throw noRoom(
      `${node.name} has ${bytes} bytes, and the other nodes of the pool "${node.pool}" have room for ${roomBytes}: ${missingBytes} bytes are missing. Add a node or enlarge one, then drain again.`,
      { extensions: { missingBytes, plan } },
    );
};

const begin = async (
  { space, drains, now }: Deps,
  node: StorageNode,
  plan: DrainPlan,
  who: Pick<Drain, 'actor' | 'traceId'>,
): Promise<Drain> => {
  // Of the epoch: a try that was cut off is the same drain again, and of two operators one is first.
  const id = drainId.derive(node.id, String(node.epoch));
  const at = toInstant(now());
  const drain: Drain = {
    id,
    nodeId: node.id,
    pool: node.pool,
    state: 'running',
    run: 1,
    start: { objects: plan.objects, bytes: plan.bytes },
    scan: { after: null, live: NOTHING, garbage: NOTHING },
    left: null,
    movedAtScan: NOTHING,
    movedBefore: NOTHING,
    detail: null,
    startedAt: at,
    updatedAt: at,
    endedAt: null,
    version: 1,
    ...who,
  };
  const isNew = await drains.create(drain);
  if (!(await space.changeNode(node, moved(node, { to: 'draining', drain: id }, now)))) throw changedMeanwhile(node);
  return isNew ? drain : ((await drains.find(id)) ?? drain);
};

/** A drain that stopped before its end goes on as another run; one that runs is what it is. */
const goOn = async ({ drains, now }: Deps, node: StorageNode): Promise<Drain> => {
  const drain = node.drain === null ? undefined : await drains.find(node.drain);
  if (drain === undefined) throw new Error(`${node.id} drains, but its drain ${String(node.drain)} is not there`);
  const stale = now().getTime() - Date.parse(drain.updatedAt) > STALE_MS;
  if (drain.state === 'running' && !stale) return drain;
  const again: Drain = {
    ...drain,
    state: 'running',
    run: drain.run + 1,
    scan: { after: null, live: NOTHING, garbage: NOTHING },
    detail: null,
    endedAt: null,
    updatedAt: toInstant(now()),
    version: drain.version + 1,
  };
  if (!(await drains.save(drain, again))) throw changedMeanwhile(node);
  return again;
};

/**
 * Begins to empty a node: refused while the others have no room. From then on the node takes nothing, and is read as
 * before. Asked again, it goes on with what was blocked or cut off.
 */
export const drainNode =
  (deps: Deps): UseCase<typeof drainNodeRoute> =>
  async ({ params, body, caller, ifMatch, traceId }) => {
    const node = await deps.space.node(params.nodeId);
    if (node === undefined) throw nodeNotFound(`There is no storage node ${params.nodeId}.`);
    requireEpoch(node, ifMatch);
    const plan = await planOf(deps, node);
    const draining = node.state === 'draining';
    // Says what a node of this state needs first, dry or not.
    if (!draining && !isLegalMove(node, 'draining')) moved(node, { to: 'draining' }, deps.now);
    if (body.dryRun) return { body: { plan, drain: null }, status: 200, version: node.epoch };
    requireRoom(node, plan);
    const drain = draining
      ? await goOn(deps, node)
      : await begin(deps, node, plan, { actor: actorOf(caller), traceId });
    await deps.start(drain);
    const counted = await deps.drains.moved(drain.id);
    return {
      body: { plan, drain: drainView(drain, counted, 0, deps.now()) },
      location: `/v1/storage/nodes/${node.id}/drain`,
      version: draining ? node.epoch : node.epoch + 1,
    };
  };
