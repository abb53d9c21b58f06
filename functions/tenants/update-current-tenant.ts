import type { Clock } from '../../lib/runtime/clock.ts';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { actorOf } from '../../lib/runtime/tenant.ts';
import { CurrentTenant, CurrentTenantPatch, tenantNotActive, tenantNotFound } from './model.ts';
import { changeDetails } from './tenant-changes.ts';
import type { TenantStore } from './tenant-store.ts';
import { toCurrentTenant } from './tenant-view.ts';

export const updateCurrentTenantRoute = defineRoute({
  method: 'PATCH',
  path: '/v1/tenants/current',
  summary: "Change the settings of the caller's own tenant",
  callers: ['staff', 'secret'],
  permission: 'tenant:write',
  ifMatch: 'required',
  body: CurrentTenantPatch,
  response: CurrentTenant,
  status: 200,
  errors: [tenantNotFound, tenantNotActive, versionMismatch],
});

/** Changes settings. Requests see them when their credential is checked the next time: within 60 s. */
export const updateCurrentTenant =
  ({
    tenants,
    now,
  }: {
    readonly tenants: TenantStore;
    readonly now: Clock;
  }): UseCase<typeof updateCurrentTenantRoute> =>
  async ({ caller, body, ifMatch, traceId }) => {
    const author = { actor: actorOf(caller), traceId, at: now() };
    const record = await tenants.change(caller.tenant, changeDetails(body, ifMatch, author));
    if (record === undefined) throw tenantNotFound('Your tenant is gone.');
    return { body: toCurrentTenant(record), version: record.version };
  };
