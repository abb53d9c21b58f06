import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import type { NodeStore } from './dynamo-node-store.ts';
import { nodeId, type NodeId } from './ids.ts';
import { NodeDetail } from './node-input.ts';
import { nodeNotFound } from './transitions.ts';

export const getNodeRoute = defineRoute({
  method: 'GET',
  path: '/v1/storage/nodes/{nodeId}',
  summary: 'Get a storage node with its space',
  callers: ['operator'],
  params: z.strictObject({ nodeId: nodeId.schema }),
  response: NodeDetail,
  status: 200,
  errors: [nodeNotFound],
});

/** @throws node_not_found */
export const foundNode = async (nodes: Pick<NodeStore, 'node'>, id: NodeId) => {
  const node = await nodes.node(id);
  if (node === undefined)
    throw nodeNotFound(`No storage node has the id ${id}. List the nodes to see which there are.`);
  return node;
};

export const getNode =
  ({ nodes }: { readonly nodes: NodeStore }): UseCase<typeof getNodeRoute> =>
  async ({ params }) => {
    const node = await foundNode(nodes, params.nodeId);
    const { capacityBytes, takenBytes, objects } = await nodes.space(node.id);
    const freeBytes = capacityBytes - takenBytes;
    return { body: { ...node, space: { capacityBytes, takenBytes, freeBytes, objects } }, version: node.epoch };
  };
