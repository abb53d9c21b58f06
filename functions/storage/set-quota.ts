import * as z from 'zod';
import { conflict } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { TenantId } from '../../lib/runtime/tenant.ts';
import type { QuotaStore } from './dynamo-quotas.ts';
import { QuotaView, quotaView } from './quota-view.ts';

/** 1 PiB. */
const MAX_QUOTA_BYTES = 1024 ** 5;

export const setQuotaRoute = defineRoute({
  method: 'PUT',
  path: '/v1/storage/tenants/{tenantId}/quota',
  summary: 'Set how much a tenant may store, and where',
  callers: ['operator'],
  params: z.strictObject({ tenantId: TenantId }),
  body: z.strictObject({
    /** Below what is stored is fine: nothing is deleted, and nothing new is taken. */
    quotaBytes: z.int().min(0).max(MAX_QUOTA_BYTES).optional(),
    /** New files are placed on nodes of this pool; those that there are stay where they are. */
    pool: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and dashes')
      .optional(),
  }),
  response: QuotaView,
  status: 200,
  errors: [conflict],
});

interface Deps {
  readonly quotas: (tenant: TenantId) => Pick<QuotaStore, 'ensure' | 'change'>;
}

export const setQuota =
  ({ quotas }: Deps): UseCase<typeof setQuotaRoute> =>
  async ({ params, body }) => {
    const store = quotas(params.tenantId);
    const { quotaBytes, pool } = body;
    const changed = await store.change(await store.ensure(), {
      ...(quotaBytes === undefined ? {} : { quotaBytes }),
      ...(pool === undefined ? {} : { pool }),
    });
    if (changed === undefined) throw conflict('Somebody else changed this quota just now. Read it, and set it again.');
    return { body: quotaView(changed) };
  };
