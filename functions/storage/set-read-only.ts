import * as z from 'zod';
import type { Clock } from '../../lib/runtime/clock.ts';
import { conflict, versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import type { NodeStore } from './dynamo-node-store.ts';
import { foundNode } from './get-node.ts';
import { nodeId } from './ids.ts';
import { StorageNode } from './node.ts';
import { changedMeanwhile, moved, nodeNotFound, requireEpoch } from './transitions.ts';

export const setReadOnlyRoute = defineRoute({
  method: 'POST',
  path: '/v1/storage/nodes/{nodeId}/read-only',
  summary: 'Let a storage node take nothing more',
  callers: ['operator'],
  ifMatch: 'required',
  params: z.strictObject({ nodeId: nodeId.schema }),
  response: StorageNode,
  status: 200,
  errors: [nodeNotFound, versionMismatch, conflict],
});

/** From here on nothing more is placed on the node; what was begun there ends there. */
export const setReadOnly =
  ({ nodes, now }: { readonly nodes: NodeStore; readonly now: Clock }): UseCase<typeof setReadOnlyRoute> =>
  async ({ params, ifMatch }) => {
    const node = await foundNode(nodes, params.nodeId);
    requireEpoch(node, ifMatch);
    const becomes = moved(node, { to: 'read-only' }, now);
    if (!(await nodes.changeNode(node, becomes))) throw changedMeanwhile(node);
    return { body: becomes, version: becomes.epoch };
  };
