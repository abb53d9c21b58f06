import * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { conflict } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { drainView, DrainView } from './drain.ts';
import type { DrainStore } from './drain-store.ts';
import { nodeId } from './ids.ts';
import type { SpaceStore } from './space.ts';
import { changedMeanwhile, moved, nodeNotFound, requireEpoch } from './transitions.ts';

export const cancelDrainRoute = defineRoute({
  method: 'POST',
  path: '/v1/storage/nodes/{nodeId}/cancel-drain',
  summary: 'Stop a drain: the node is active again, with what is still on it',
  callers: ['operator'],
  ifMatch: 'required',
  params: z.strictObject({ nodeId: nodeId.schema }),
  response: DrainView,
  status: 200,
  errors: [nodeNotFound, conflict],
});

interface Deps {
  readonly space: Pick<SpaceStore, 'node' | 'changeNode'>;
  readonly drains: DrainStore;
  readonly now: Clock;
}

/** Moves under way end by themselves, on one side or the other; what was moved stays where it is. */
export const cancelDrain =
  ({ space, drains, now }: Deps): UseCase<typeof cancelDrainRoute> =>
  async ({ params, ifMatch }) => {
    const node = await space.node(params.nodeId);
    if (node === undefined) throw nodeNotFound(`There is no storage node ${params.nodeId}.`);
    requireEpoch(node, ifMatch);
    const drain = node.drain === null ? undefined : await drains.find(node.drain);
    if (node.state !== 'draining' || drain === undefined)
      throw conflict(`The node ${node.name} is ${node.state}: there is no drain to cancel.`, {
        extensions: { state: node.state },
      });
    const active = moved(node, { to: 'active' }, now);
    if (!(await space.changeNode(node, active))) throw changedMeanwhile(node);
    const at = toInstant(now());
    const cancelled = {
      ...drain,
      state: 'cancelled' as const,
      scan: null,
      endedAt: at,
      updatedAt: at,
      version: drain.version + 1,
    };
    // When its workflow has just written it, that workflow finds the node active at its next step, and says so itself.
    await drains.save(drain, cancelled);
    return { body: drainView(cancelled, await drains.moved(drain.id), 0, now()), version: active.epoch };
  };
