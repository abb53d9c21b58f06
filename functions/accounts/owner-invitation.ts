import type * as z from 'zod';
import type { Clock } from '../../lib/runtime/clock.ts';
import type { TenantCallContext } from '../../lib/runtime/step.ts';
import type { OwnerInvitation } from './calls.ts';
import { ownerIdOf } from './create-owner.ts';
import { invitationToken } from './invitation.ts';
import type { ReadKeySet } from './key-vault.ts';
import type { StaffStore } from './staff-store.ts';

export interface OwnerInvitationDeps {
  readonly staff: StaffStore;
  readonly readKeySet: ReadKeySet;
  readonly now: Clock;
}

/** What an operator hands over to a tenant's owner, until it was accepted. */
export const ownerInvitation =
  ({ staff, readKeySet, now }: OwnerInvitationDeps) =>
  async ({ tenant }: TenantCallContext): Promise<z.input<typeof OwnerInvitation.output>> => {
    const record = await staff.find(tenant, ownerIdOf(tenant));
    if (record === undefined || record.status === 'removed') return { status: 'none' };
    if (record.status === 'active') return { status: 'accepted' };
    return { status: 'pending', ...invitationToken(await readKeySet(), tenant, record, now()) };
  };
