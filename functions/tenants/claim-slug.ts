import type { TenantCallContext } from '../../lib/runtime/step.ts';
import { closing, stepDone } from './onboarding.ts';
import type { TenantStore } from './tenant-store.ts';

/** First step of onboarding: the slug becomes the tenant's, and the tenant appears in the list. */
export const claimSlug =
  ({ tenants }: { readonly tenants: TenantStore }) =>
  async ({ tenant }: TenantCallContext): Promise<{ status: 'claimed' | 'slug_taken' | 'closing' }> => {
    const record = await tenants.find(tenant);
    if (record?.status !== 'onboarding') return { status: 'closing' };
    if (!(await tenants.claimSlug(record.slug, tenant))) {
      await tenants.change(tenant, (current) => closing(current, 'slug_taken'));
      return { status: 'slug_taken' };
    }
    const noted = await tenants.change(tenant, (current) => stepDone(current, 'slug', 'done'));
    // When the rollback was faster than this late step, the clean-up that follows it takes the slug back.
    return { status: noted?.status === 'onboarding' ? 'claimed' : 'closing' };
  };
