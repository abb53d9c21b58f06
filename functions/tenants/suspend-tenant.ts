import * as z from 'zod';
import type { Clock } from '../../lib/runtime/clock.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { actorOf, TenantId } from '../../lib/runtime/tenant.ts';
import { Tenant, tenantNotActive, tenantNotFound } from './model.ts';
import { changeStatus } from './tenant-changes.ts';
import type { TenantStore } from './tenant-store.ts';
import { toTenant } from './tenant-view.ts';

export const suspendTenantRoute = defineRoute({
  method: 'POST',
  path: '/v1/tenants/{tenantId}/suspend',
  summary: 'Suspend a tenant',
  callers: ['operator'],
  params: z.strictObject({ tenantId: TenantId }),
  response: Tenant,
  status: 200,
  errors: [tenantNotFound, tenantNotActive],
});

/** Suspends: within 60 s writes and storefront reads are 403; what was started goes on. Again changes nothing. */
export const suspendTenant =
  ({ tenants, now }: { readonly tenants: TenantStore; readonly now: Clock }): UseCase<typeof suspendTenantRoute> =>
  async ({ caller, params, traceId }) => {
    const author = { actor: actorOf(caller), traceId, at: now() };
    const record = await tenants.change(params.tenantId, changeStatus('suspended', author));
    if (record === undefined) throw tenantNotFound(`No tenant has the id ${params.tenantId}.`);
    return { body: toTenant(record), version: record.version };
  };
