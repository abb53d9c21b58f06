import type * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import type { TenantCallContext } from '../../lib/runtime/step.ts';
import type { CreateOwner } from './calls.ts';
import { Email, emailHash, STAFF_REALM, staffId } from './model.ts';
import type { StaffStore } from './staff-store.ts';

/** The one owner that onboarding makes. */
export const ownerIdOf = (tenant: string) => staffId.derive(tenant, 'owner');

export interface CreateOwnerDeps {
  readonly staff: StaffStore;
  /** 40 random letters and digits. */
  readonly newNonce: () => string;
  readonly now: Clock;
}

/** Invites a tenant's owner. Again: the owner is there. After `remove-owner`: nothing happens. */
export const createOwner =
  ({ staff, newNonce, now }: CreateOwnerDeps) =>
  async (
    { tenant }: TenantCallContext,
    input: z.output<typeof CreateOwner.input>,
  ): Promise<z.input<typeof CreateOwner.output>> => {
    const email = Email.parse(input.email);
    const id = ownerIdOf(tenant);
    const existing = await staff.invite(
      tenant,
      {
        staffId: id,
        status: 'invited',
        roles: ['owner'],
        epoch: 0,
        emailHash: emailHash(STAFF_REALM, email),
        nonce: newNonce(),
        createdAt: toInstant(now()),
      },
      { email, name: input.name ?? null },
    );
    return existing?.status === 'removed' ? { status: 'closed' } : { status: 'created', staffId: id };
  };
