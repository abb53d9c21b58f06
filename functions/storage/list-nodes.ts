import { decodeCursor, encodeCursor, ListQuery, pageOf } from '../../lib/runtime/cursor.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import type { NodeStore } from './dynamo-node-store.ts';
import { NodeState, StorageNode } from './node.ts';

export const listNodesRoute = defineRoute({
  method: 'GET',
  path: '/v1/storage/nodes',
  summary: 'List storage nodes by name',
  callers: ['operator'],
  query: ListQuery.extend({ state: NodeState.optional() }).strict(),
  response: pageOf(StorageNode),
  status: 200,
});

/** The cursor's binding where there is no tenant. */
const OPERATOR = 'operator';

/** Nodes by name. Those that are retired are shown only where they are asked for. */
export const listNodes =
  ({ nodes }: { readonly nodes: Pick<NodeStore, 'nodes'> }): UseCase<typeof listNodesRoute> =>
  async ({ query: { limit, cursor, state } }) => {
    const filter = { list: 'nodes', state };
    const position = cursor === undefined ? undefined : decodeCursor(OPERATOR, filter, cursor);
    const after = position === undefined ? '' : String(position['after']);
    const sortKey = ({ name, id }: StorageNode) => `${name} ${id}`;
    const shown = (await nodes.nodes())
      .filter((node) => (state === undefined ? node.state !== 'retired' : node.state === state))
      .filter((node) => sortKey(node) > after)
      .toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
    const items = shown.slice(0, limit);
    const last = items.at(-1);
    const next = last === undefined || shown.length <= limit ? null : { after: sortKey(last) };
    return { body: { items, next: next === null ? null : encodeCursor(OPERATOR, filter, next) } };
  };
