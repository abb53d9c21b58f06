import type { TenantStore } from './tenant-store.ts';
import { undoStep } from './undo-step.ts';
import type { UsagePlans } from './usage-plans.ts';

export interface RemoveUsageKeyDeps {
  readonly tenants: TenantStore;
  readonly usagePlans: UsagePlans;
}

/** Undo of the third step: API Gateway has no key of the tenant. */
export const removeUsageKey = ({ tenants, usagePlans }: RemoveUsageKeyDeps) =>
  undoStep(tenants, 'usage_key', async ({ tenant }) => {
    await usagePlans.remove(tenant);
    await tenants.change(tenant, (record) => (record.usageKey === null ? record : { ...record, usageKey: null }));
  });
