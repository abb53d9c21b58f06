import * as z from 'zod';
import type { Clock } from '../../lib/runtime/clock.ts';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { actorOf, TenantId } from '../../lib/runtime/tenant.ts';
import { Tenant, tenantNotActive, tenantNotFound, TenantPatch } from './model.ts';
import { changeDetails } from './tenant-changes.ts';
import type { TenantStore } from './tenant-store.ts';
import { toTenant } from './tenant-view.ts';

export const updateTenantRoute = defineRoute({
  method: 'PATCH',
  path: '/v1/tenants/{tenantId}',
  summary: "Change a tenant's name or plan",
  callers: ['operator'],
  ifMatch: 'required',
  params: z.strictObject({ tenantId: TenantId }),
  body: TenantPatch,
  response: Tenant,
  status: 200,
  errors: [tenantNotFound, tenantNotActive, versionMismatch],
});

/** Changes name or plan. Another plan's rates and quota count within two minutes. */
export const updateTenant =
  ({ tenants, now }: { readonly tenants: TenantStore; readonly now: Clock }): UseCase<typeof updateTenantRoute> =>
  async ({ caller, params, body, ifMatch, traceId }) => {
    const author = { actor: actorOf(caller), traceId, at: now() };
    const record = await tenants.change(params.tenantId, changeDetails(body, ifMatch, author));
    if (record === undefined) throw tenantNotFound(`No tenant has the id ${params.tenantId}.`);
    return { body: toTenant(record), version: record.version };
  };
