import * as z from 'zod';
import type { Clock } from '../../lib/runtime/clock.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { actorOf, TenantId } from '../../lib/runtime/tenant.ts';
import { Tenant, tenantNotActive, tenantNotFound } from './model.ts';
import { changeStatus } from './tenant-changes.ts';
import type { TenantStore } from './tenant-store.ts';
import { toTenant } from './tenant-view.ts';

export const resumeTenantRoute = defineRoute({
  method: 'POST',
  path: '/v1/tenants/{tenantId}/resume',
  summary: 'Resume a suspended tenant',
  callers: ['operator'],
  params: z.strictObject({ tenantId: TenantId }),
  response: Tenant,
  status: 200,
  errors: [tenantNotFound, tenantNotActive],
});

/** Resumes: within 60 s everything is as before. Again changes nothing. */
export const resumeTenant =
  ({ tenants, now }: { readonly tenants: TenantStore; readonly now: Clock }): UseCase<typeof resumeTenantRoute> =>
  async ({ caller, params, traceId }) => {
    const author = { actor: actorOf(caller), traceId, at: now() };
    const record = await tenants.change(params.tenantId, changeStatus('active', author));
    if (record === undefined) throw tenantNotFound(`No tenant has the id ${params.tenantId}.`);
    return { body: toTenant(record), version: record.version };
  };
