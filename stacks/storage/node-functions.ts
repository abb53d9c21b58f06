import { activateNodeRoute } from '../../functions/storage/activate-node.ts';
import { createNodeRoute } from '../../functions/storage/create-node.ts';
import { CreateNodeEnv, NodesEnv, StorageEnv } from '../../functions/storage/env.ts';
import { getNodeRoute } from '../../functions/storage/get-node.ts';
import { listNodesRoute } from '../../functions/storage/list-nodes.ts';
import { setReadOnlyRoute } from '../../functions/storage/set-read-only.ts';
import { updateNodeRoute } from '../../functions/storage/update-node.ts';
import { systemItems, type WriteOperation } from '../../lib/constructs/bind.ts';
import type { ApiRoute } from '../../lib/constructs/domain-api.ts';
import { ScheduledFunction } from '../../lib/constructs/scheduled-function.ts';
import type { StorageScope } from './storage-scope.ts';

type Operations = readonly [WriteOperation, ...WriteOperation[]];

/** The storage nodes: what operators do with them, and what watches them. */
export const nodeFunctions = ({ scope, fn, table, nodes }: StorageScope): ApiRoute[] => {
  const onItems = (name: string, ...operations: Operations) =>
    fn(name, { env: StorageEnv, bind: { STORAGE_TABLE: systemItems(table, ...operations) } });
  /** Functions that speak to nodes, which may be slow. */
  const onNodes = (name: string, timeoutSeconds: number, ...operations: Operations) =>
    fn(name, {
      env: NodesEnv,
      bind: { STORAGE_TABLE: systemItems(table, ...operations), ...nodes },
      timeoutSeconds,
    });
  new ScheduledFunction(scope, 'ProbeNodesEveryMinute', {
    fn: onNodes('probe-nodes', 55, 'query', 'update'),
    every: 'rate(1 minute)',
  });
  return [
    {
      route: createNodeRoute,
      fn: fn('create-node', {
        env: CreateNodeEnv,
        bind: { STORAGE_TABLE: systemItems(table, 'get', 'put'), NODE_SECRETS: nodes.NODE_SECRETS },
      }),
    },
    { route: listNodesRoute, fn: onItems('list-nodes', 'query') },
    { route: getNodeRoute, fn: onItems('get-node', 'get', 'query') },
    { route: updateNodeRoute, fn: onNodes('update-node', 28, 'get', 'query', 'update') },
    { route: activateNodeRoute, fn: onNodes('activate-node', 28, 'get', 'query', 'update') },
    { route: setReadOnlyRoute, fn: onItems('set-read-only', 'get', 'update') },
  ];
};
