import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { nodeNameTaken, type NodeStore } from './dynamo-node-store.ts';
import { nodeId } from './ids.ts';
import { type AddressesOf, checkedEndpoint, endpointRefused } from './node-endpoint.ts';
import { lifetimesWith, NewNode } from './node-input.ts';
import { DEFAULT_LIFETIMES, StorageNode } from './node.ts';
import { nodeSecretRefused } from './node-secrets.ts';

export const createNodeRoute = defineRoute({
  method: 'POST',
  path: '/v1/storage/nodes',
  summary: 'Add a storage node',
  callers: ['operator'],
  idempotency: 'required',
  body: NewNode,
  response: StorageNode,
  status: 201,
  errors: [endpointRefused, nodeSecretRefused, nodeNameTaken],
});

export interface CreateNodeDeps {
  readonly nodes: NodeStore;
  /** Reads a node's credentials, to see that they are there. */
  readonly secrets: (name: string) => Promise<unknown>;
  readonly addressesOf: AddressesOf;
  readonly awsIsLocal: boolean;
  readonly now: Clock;
}

/** Records a node. Nothing is asked of it yet: it is probed when it is activated. */
export const createNode =
  ({ nodes, secrets, addressesOf, awsIsLocal, now }: CreateNodeDeps): UseCase<typeof createNodeRoute> =>
  async ({ body, idempotency }) => {
    const id = nodeId.derive(idempotency.scope);
    const location = `${createNodeRoute.path}/${id}`;
    const endpoint = await checkedEndpoint(body.endpoint, { addressesOf, awsIsLocal });
    await secrets(body.secret);
    const at = toInstant(now());
    const node: StorageNode = {
      ...body,
      id,
      endpoint,
      lifetimes: lifetimesWith(body.lifetimes, DEFAULT_LIFETIMES),
      state: 'joining',
      before: null,
      epoch: 1,
      capabilities: null,
      report: null,
      accepting: true,
      failures: 0,
      drain: null,
      activatedAt: null,
      createdAt: at,
      updatedAt: at,
    };
    if (await nodes.createNode(node, idempotency.requestHash)) return { body: node, version: 1, location };
    const earlier = (await nodes.node(id)) ?? node;
    return { body: earlier, version: earlier.epoch, location, replayed: true };
  };
