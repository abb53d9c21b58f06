import * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { conflict, versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { capacityBelowUse, type NodeStore } from './dynamo-node-store.ts';
import { foundNode } from './get-node.ts';
import { nodeId } from './ids.ts';
import { StorageNode } from './node.ts';
import { fitNode, nodeUnfit, type ProbeNode } from './node-fitness.ts';
import { lifetimesWith, NodePatch } from './node-input.ts';
import { changedMeanwhile, nodeNotFound, requireEpoch } from './transitions.ts';

export const updateNodeRoute = defineRoute({
  method: 'PATCH',
  path: '/v1/storage/nodes/{nodeId}',
  summary: 'Change the settings of a storage node',
  callers: ['operator'],
  ifMatch: 'required',
  params: z.strictObject({ nodeId: nodeId.schema }),
  body: NodePatch,
  response: StorageNode,
  status: 200,
  errors: [nodeNotFound, nodeUnfit, capacityBelowUse, versionMismatch, conflict],
});

export interface UpdateNodeDeps {
  readonly nodes: NodeStore;
  readonly probe: ProbeNode;
  readonly now: Clock;
}

/**
 * Changes weight, zone, capacity, lifetimes, or the secret. Another secret is tried out first: the old one is in use until
 * the new one is known to work.
 */
export const updateNode =
  ({ nodes, probe, now }: UpdateNodeDeps): UseCase<typeof updateNodeRoute> =>
  async ({ params, body, ifMatch }) => {
    const node = await foundNode(nodes, params.nodeId);
    requireEpoch(node, ifMatch);
    if (node.state === 'retired') throw conflict(`The node ${node.name} is retired: there is nothing to change.`);
    const { lifetimes = {}, ...settings } = body;
    const becomes: StorageNode = {
      ...node,
      zone: settings.zone ?? node.zone,
      weight: settings.weight ?? node.weight,
      capacityBytes: settings.capacityBytes ?? node.capacityBytes,
      secret: settings.secret ?? node.secret,
      lifetimes: lifetimesWith(lifetimes, node.lifetimes),
      epoch: node.epoch + 1,
      updatedAt: toInstant(now()),
    };
    const proven = becomes.secret === node.secret ? {} : await fitNode(probe, nodes, becomes, now);
    const changed = { ...becomes, ...proven };
    if (!(await nodes.changeNode(node, changed))) throw changedMeanwhile(node);
    return { body: changed, version: changed.epoch };
  };
