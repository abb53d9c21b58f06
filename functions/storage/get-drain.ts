import * as z from 'zod';
import type { Clock } from '../../lib/runtime/clock.ts';
import { defineError } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { drainView, DrainView } from './drain.ts';
import type { DrainStore } from './drain-store.ts';
import { nodeId } from './ids.ts';
import type { MoveDirectory } from './move-directory.ts';
import type { SpaceStore } from './space.ts';

export const drainNotFound = defineError('drain_not_found', 404, 'The node was never drained');

export const getDrainRoute = defineRoute({
  method: 'GET',
  path: '/v1/storage/nodes/{nodeId}/drain',
  summary: 'Show how far the newest drain of a storage node is',
  callers: ['operator'],
  params: z.strictObject({ nodeId: nodeId.schema }),
  response: DrainView,
  status: 200,
  errors: [drainNotFound],
});

/** More than so many are told as so many. */
const MOST_FAILED = 100;

interface Deps {
  readonly space: Pick<SpaceStore, 'node'>;
  readonly drains: DrainStore;
  readonly directory: Pick<MoveDirectory, 'moves'>;
  readonly now: Clock;
}

/** A drain runs while its node says so: one whose node went another way meanwhile is cancelled, whoever says it later. */
export const getDrain =
  ({ space, drains, directory, now }: Deps): UseCase<typeof getDrainRoute> =>
  async ({ params }) => {
    const drain = await drains.ofNode(params.nodeId);
    if (drain === undefined)
      throw drainNotFound(`There was no drain of ${params.nodeId}. POST /v1/storage/nodes/{nodeId}/drain begins one.`);
    const [node, moved, failed] = await Promise.all([
      space.node(drain.nodeId),
      drains.moved(drain.id),
      directory.moves({ drain: drain.id, state: 'failed', limit: MOST_FAILED }),
    ]);
    const state = drain.state === 'running' && node?.drain !== drain.id ? 'cancelled' : drain.state;
    const view = drainView({ ...drain, state }, moved, failed.items.length, now());
    return { body: view, version: drain.version };
  };
