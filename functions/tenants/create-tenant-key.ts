import * as z from 'zod';
import { PERMISSIONS } from '../../lib/runtime/permissions.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { TenantId } from '../../lib/runtime/tenant.ts';
import { issueKey, type KeyDeps } from './issue-key.ts';
import { KeyOrder, NewApiKey } from './key-model.ts';
import { tenantNotActive, tenantNotFound } from './model.ts';
import type { TenantStore } from './tenant-store.ts';

export const createTenantKeyRoute = defineRoute({
  method: 'POST',
  path: '/v1/tenants/{tenantId}/keys',
  summary: "Make a tenant's first API key; its secret is shown once",
  callers: ['operator'],
  idempotency: 'required',
  params: z.strictObject({ tenantId: TenantId }),
  body: KeyOrder,
  response: NewApiKey,
  status: 201,
  errors: [tenantNotFound, tenantNotActive],
});

/** Makes a key for a tenant that has none yet, or has lost them all. */
export const createTenantKey = ({
  tenants,
  ...deps
}: KeyDeps & { readonly tenants: TenantStore }): UseCase<typeof createTenantKeyRoute> => {
  const issue = issueKey(deps);
  return async ({ params: { tenantId }, body, idempotency }) => {
    const record = await tenants.find(tenantId);
    if (record === undefined) throw tenantNotFound(`No tenant has the id ${tenantId}.`);
    if (record.status !== 'active' && record.status !== 'suspended') {
      throw tenantNotActive(`The tenant is ${record.status}; only active and suspended ones have keys.`);
    }
    return issue(tenantId, body, PERMISSIONS, idempotency);
  };
};
