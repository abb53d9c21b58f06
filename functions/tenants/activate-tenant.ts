import type { Clock } from '../../lib/runtime/clock.ts';
import type { TenantCallContext } from '../../lib/runtime/step.ts';
import { activated } from './onboarding.ts';
import type { TenantStore } from './tenant-store.ts';

/** Last step and commit point. A second run finds the tenant active and says the same. */
export const activateTenant =
  ({ tenants, now }: { readonly tenants: TenantStore; readonly now: Clock }) =>
  async ({ tenant }: TenantCallContext): Promise<{ status: 'active' | 'closing' }> => {
    const record = await tenants.change(tenant, (current) => activated(current, now()));
    if (record?.status !== 'active' && record?.status !== 'suspended') return { status: 'closing' };
    await tenants.forgetOwnerEmail(tenant);
    return { status: 'active' };
  };
