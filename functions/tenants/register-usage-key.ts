import type { TenantCallContext } from '../../lib/runtime/step.ts';
import { stepDone } from './onboarding.ts';
import { reconcileUsageKey, type UsageKeyDeps } from './reconcile-usage-key.ts';

/** Third step: requests are counted and throttled by the tenant's plan, as soon as usage plans are deployed. */
export const registerUsageKey = (deps: UsageKeyDeps) => {
  const reconcile = reconcileUsageKey(deps);
  return async ({ tenant }: TenantCallContext): Promise<{ status: 'registered' | 'skipped' | 'closing' }> => {
    const outcome = await reconcile(tenant);
    if (outcome === 'closing') return { status: 'closing' };
    const noted = await deps.tenants.change(tenant, (record) =>
      stepDone(record, 'usage_key', outcome === 'registered' ? 'done' : 'skipped'),
    );
    return { status: noted === undefined || noted.status === 'closing' ? 'closing' : outcome };
  };
};
