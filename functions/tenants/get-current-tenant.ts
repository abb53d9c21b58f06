import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { CurrentTenant, tenantNotFound } from './model.ts';
import type { TenantStore } from './tenant-store.ts';
import { toCurrentTenant } from './tenant-view.ts';

export const getCurrentTenantRoute = defineRoute({
  method: 'GET',
  path: '/v1/tenants/current',
  summary: "Get the caller's own tenant with its settings",
  callers: ['staff', 'secret'],
  permission: 'tenant:read',
  response: CurrentTenant,
  status: 200,
  errors: [tenantNotFound],
});

export const getCurrentTenant =
  ({ tenants }: { readonly tenants: TenantStore }): UseCase<typeof getCurrentTenantRoute> =>
  async ({ caller }) => {
    const record = await tenants.find(caller.tenant);
    if (record === undefined) throw tenantNotFound('Your tenant is gone.');
    return { body: toCurrentTenant(record), version: record.version };
  };
