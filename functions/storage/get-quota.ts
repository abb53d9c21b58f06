import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { TenantId } from '../../lib/runtime/tenant.ts';
import type { QuotaStore } from './dynamo-quotas.ts';
import { QuotaView, quotaView } from './quota-view.ts';

export const getQuotaRoute = defineRoute({
  method: 'GET',
  path: '/v1/storage/tenants/{tenantId}/quota',
  summary: 'Read how much a tenant may store, and where',
  callers: ['operator'],
  params: z.strictObject({ tenantId: TenantId }),
  response: QuotaView,
  status: 200,
});

interface Deps {
  readonly quotas: (tenant: TenantId) => Pick<QuotaStore, 'read'>;
}

export const getQuota =
  ({ quotas }: Deps): UseCase<typeof getQuotaRoute> =>
  async ({ params }) => ({ body: quotaView(await quotas(params.tenantId).read()) });
