import { BucketsEnv, CreateNodeEnv } from '../../functions/storage/env.ts';
import { writes } from '../../lib/constructs/bind.ts';
import type { ApiRoute } from '../../lib/constructs/domain-api.ts';
import { ScheduledFunction } from '../../lib/constructs/scheduled-function.ts';
import type { StorageScope } from './storage-scope.ts';

/** Space and its upkeep: the selector and the sweep. */
export const spaceFunctions = ({ scope, fn, table, nodes }: StorageScope): ApiRoute[] => {
  fn('reserve', {
    env: BucketsEnv,
    bind: {
      STORAGE_TABLE: writes(table, 'get', 'query', 'put', 'update'),
      STORAGE_STAGE: nodes.STORAGE_STAGE,
    },
    acrossTenants: "One transaction takes space on a node, which is the system's, and of the caller's quota.",
  });
  new ScheduledFunction(scope, 'SweepEveryMinute', {
    fn: fn('sweep', {
      env: CreateNodeEnv,
      bind: {
        STORAGE_TABLE: writes(table, 'get', 'query:due', 'update', 'delete'),
        NODE_SECRETS: nodes.NODE_SECRETS,
      },
      timeoutSeconds: 58,
      acrossTenants: 'It ends what is due of all tenants, which it finds in a system index.',
    }),
    every: 'rate(1 minute)',
  });
  return [];
};
