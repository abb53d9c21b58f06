import type { TenantStore } from './tenant-store.ts';
import { undoStep } from './undo-step.ts';
import type { UsageKeys } from './usage-plans.ts';

export interface RemoveUsageKeyDeps {
  readonly tenants: TenantStore;
  readonly usageKeys: UsageKeys;
}

/** Undo of the third step: API Gateway has no key of the tenant. */
export const removeUsageKey = ({ tenants, usageKeys }: RemoveUsageKeyDeps) =>
  undoStep(tenants, 'usage_key', async ({ tenant }) => {
    await usageKeys.remove(tenant);
    await tenants.change(tenant, (record) => (record.usageKey === null ? record : { ...record, usageKey: null }));
  });
