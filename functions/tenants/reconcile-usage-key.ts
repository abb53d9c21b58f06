import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { TenantRecord } from './model.ts';
import type { TenantStore } from './tenant-store.ts';
import type { UsagePlans } from './usage-plans.ts';

export interface UsageKeyDeps {
  readonly tenants: TenantStore;
  readonly usagePlans: UsagePlans;
  /** 30 random letters and digits. */
  readonly newUsageKey: () => string;
}

/** May the tenant have a key? Not while its onboarding is rolled back, nor afterwards. */
const mayHaveKey = ({ status }: TenantRecord): boolean => status !== 'closing' && status !== 'failed';

/**
 * Sees to it that the tenant has its API key in the usage plan of its plan. The value is written down first, so that a
 * second run finds the key that a first one made and could not take note of.
 *
 * @returns `skipped` while the usage plans are not deployed, `closing` when the tenant may have no key
 */
export const reconcileUsageKey =
  ({ tenants, usagePlans, newUsageKey }: UsageKeyDeps) =>
  async (tenant: TenantId): Promise<'registered' | 'skipped' | 'closing'> => {
    const seen = await tenants.find(tenant);
    if (seen === undefined || !mayHaveKey(seen)) return 'closing';
    const planId = await usagePlans.planId(seen.plan);
    if (planId === undefined) return 'skipped';
    if (seen.usageKey?.plan === seen.plan) return 'registered';

    const value = newUsageKey();
    const noted = await tenants.change(tenant, (record) =>
      record.usageKey === null && mayHaveKey(record)
        ? { ...record, usageKey: { value, keyId: null, plan: null } }
        : record,
    );
    if (noted?.usageKey === undefined || noted.usageKey === null) return 'closing';
    const keyId = await usagePlans.register(tenant, noted.usageKey.value);
    // A key may be in one usage plan per API only, so it leaves the old one first.
    const oldPlanId = noted.usageKey.plan === null ? undefined : await usagePlans.planId(noted.usageKey.plan);
    if (oldPlanId !== undefined && oldPlanId !== planId) await usagePlans.detach(oldPlanId, keyId);
    await usagePlans.attach(planId, keyId);

    const done = await tenants.change(tenant, (record) =>
      record.usageKey === null || !mayHaveKey(record)
        ? record
        : { ...record, usageKey: { ...record.usageKey, keyId, plan: seen.plan } },
    );
    // When the rollback was faster than this late step, the clean-up that follows it takes the key away.
    return done !== undefined && mayHaveKey(done) ? 'registered' : 'closing';
  };
