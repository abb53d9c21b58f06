import * as z from 'zod';
import type { Clock } from '../../lib/runtime/clock.ts';
import { conflict, versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import type { NodeStore } from './dynamo-node-store.ts';
import { foundNode } from './get-node.ts';
import { nodeId } from './ids.ts';
import { StorageNode } from './node.ts';
import { fitNode, nodeUnfit, type ProbeNode } from './node-fitness.ts';
import { changedMeanwhile, moved, nodeNotFound, requireEpoch } from './transitions.ts';

export const activateNodeRoute = defineRoute({
  method: 'POST',
  path: '/v1/storage/nodes/{nodeId}/activate',
  summary: 'Probe a storage node and let it take objects',
  callers: ['operator'],
  ifMatch: 'required',
  params: z.strictObject({ nodeId: nodeId.schema }),
  response: StorageNode,
  status: 200,
  errors: [nodeNotFound, nodeUnfit, versionMismatch, conflict],
});

export interface ActivateNodeDeps {
  readonly nodes: NodeStore;
  readonly probe: ProbeNode;
  readonly now: Clock;
}

/**
 * Probes the node, and lets it take objects when it keeps what it is given. What it cannot do besides is kept as its
 * capabilities. A draining node becomes active by cancelling its drain, not by this.
 */
export const activateNode =
  ({ nodes, probe, now }: ActivateNodeDeps): UseCase<typeof activateNodeRoute> =>
  async ({ params, ifMatch }) => {
    const node = await foundNode(nodes, params.nodeId);
    requireEpoch(node, ifMatch);
    if (node.state === 'draining')
      throw conflict(`The node ${node.name} is draining. Cancel its drain to have it active again.`);
    const active = moved(node, { to: 'active' }, now);
    const { capabilities, report } = await fitNode(probe, nodes, node, now);
    const becomes: StorageNode = { ...active, capabilities, report, failures: 0 };
    if (!(await nodes.changeNode(node, becomes))) throw changedMeanwhile(node);
    return { body: becomes, version: becomes.epoch };
  };
