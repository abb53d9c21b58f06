import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { QuotaStore } from './dynamo-quotas.ts';
import { UsageView, usageView } from './quota-view.ts';

export const getUsageRoute = defineRoute({
  method: 'GET',
  path: '/v1/storage/usage',
  summary: 'Read how much the shop stores, and may store',
  callers: ['staff', 'secret'],
  permission: 'storage:read',
  response: UsageView,
  status: 200,
});

interface Deps {
  readonly quotas: (tenant: TenantId) => Pick<QuotaStore, 'read'>;
}

export const getUsage =
  ({ quotas }: Deps): UseCase<typeof getUsageRoute> =>
  async ({ caller }) => ({ body: usageView(await quotas(caller.tenant).read()) });
