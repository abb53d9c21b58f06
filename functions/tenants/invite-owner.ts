import type { Callable } from '../../lib/runtime/call.ts';
import type { TenantCallContext } from '../../lib/runtime/step.ts';
import type { CreateOwner } from '../accounts/calls.ts';
import { stepDone } from './onboarding.ts';
import type { TenantStore } from './tenant-store.ts';

export interface InviteOwnerDeps {
  readonly tenants: TenantStore;
  readonly createOwner: Callable<typeof CreateOwner>;
}

/** Second step: the shop's first staff member, who will set a password by invitation. */
export const inviteOwner =
  ({ tenants, createOwner }: InviteOwnerDeps) =>
  async (context: TenantCallContext): Promise<{ status: 'invited' | 'closing' }> => {
    const { tenant } = context;
    const record = await tenants.find(tenant);
    const email = await tenants.ownerEmail(tenant);
    if (record?.status !== 'onboarding' || email === undefined) return { status: 'closing' };
    const made = await createOwner(context, { email });
    if (made.status === 'closed') return { status: 'closing' };
    const noted = await tenants.change(tenant, (current) => stepDone(current, 'owner', 'done'));
    // When the rollback was faster, it has left a mark with accounts that keeps a late owner out.
    return { status: noted?.status === 'onboarding' ? 'invited' : 'closing' };
  };
