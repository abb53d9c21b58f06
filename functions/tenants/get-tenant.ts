import * as z from 'zod';
import type { Callable } from '../../lib/runtime/call.ts';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { dependencyMissing, isError, temporarilyUnavailable } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { TenantId } from '../../lib/runtime/tenant.ts';
import type { OwnerInvitation } from '../accounts/calls.ts';
import { tenantNotFound, TenantWithOwner } from './model.ts';
import type { TenantStore } from './tenant-store.ts';
import { toTenant } from './tenant-view.ts';

export const getTenantRoute = defineRoute({
  method: 'GET',
  path: '/v1/tenants/{tenantId}',
  summary: 'Get a tenant with the state of its onboarding and its owner',
  callers: ['operator'],
  params: z.strictObject({ tenantId: TenantId }),
  response: TenantWithOwner,
  status: 200,
  errors: [tenantNotFound],
});

export interface GetTenantDeps {
  readonly tenants: TenantStore;
  readonly ownerInvitation: Callable<typeof OwnerInvitation>;
  readonly now: Clock;
}

type Owner = Pick<z.input<typeof TenantWithOwner>, 'ownerStatus' | 'ownerInvitation'>;

/** A tenant, and what its operator hands over to the owner. The tenant is shown even while accounts cannot be asked. */
export const getTenant =
  ({ tenants, ownerInvitation, now }: GetTenantDeps): UseCase<typeof getTenantRoute> =>
  async ({ params, traceId }) => {
    const record = await tenants.find(params.tenantId);
    if (record === undefined || (record.expiresAt !== null && record.expiresAt <= toInstant(now()))) {
      throw tenantNotFound(`No tenant has the id ${params.tenantId}.`);
    }
    const owner = async (): Promise<Owner> => {
      const unknown: Owner = { ownerStatus: 'unknown', ownerInvitation: null };
      if (record.status !== 'active' && record.status !== 'suspended') return unknown;
      try {
        const found = await ownerInvitation({ tenant: record.tenantId, traceId }, {});
        if (found.status === 'none') return unknown;
        if (found.status === 'accepted') return { ownerStatus: 'accepted', ownerInvitation: null };
        return { ownerStatus: 'invited', ownerInvitation: { token: found.token, expiresAt: found.expiresAt } };
      } catch (error) {
        if (isError(error, dependencyMissing) || isError(error, temporarilyUnavailable)) return unknown;
        throw error;
      }
    };
    return { body: { ...toTenant(record), ...(await owner()) }, version: record.version };
  };
