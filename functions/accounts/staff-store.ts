import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import type { Position } from '../../lib/runtime/cursor.ts';
import { TenantId } from '../../lib/runtime/tenant.ts';
import { StaffId } from './model.ts';
import { RoleName } from './roles.ts';

/** A staff member of one tenant as it is stored. `removed` stays as a mark that keeps a late creation out. */
export const StaffRecord = z.object({
  staffId: StaffId,
  status: z.enum(['invited', 'active', 'removed']),
  roles: z.array(RoleName),
  epoch: z.number().int(),
  /** Of the email, in the realm of staff: where the person's login is. */
  emailHash: z.string(),
  /** Part of what an invitation's token proves: another one makes earlier tokens void. */
  nonce: z.string(),
  createdAt: Instant,
});
export type StaffRecord = z.output<typeof StaffRecord>;

/** Personal data of a staff member: an item of its own, so that it can be erased. */
export const StaffPerson = z.object({ email: z.string(), name: z.string().nullable() });
export type StaffPerson = z.output<typeof StaffPerson>;

/** A person who works for tenants: one login for all of them. */
export const PersonLogin = z.object({ passwordHash: z.string() });
export const Membership = z.object({ tenant: TenantId, staffId: StaffId });
export interface Person {
  /** Absent until the first invitation is accepted. */
  readonly login: z.output<typeof PersonLogin> | undefined;
  readonly memberships: readonly z.output<typeof Membership>[];
}

/** Where staff live: in their tenants, and as persons in the system's part. All reads are of what was last written. */
export interface StaffStore {
  /** Adds an invited staff member. @returns the record that has the id already, if there is one */
  invite(tenant: TenantId, record: StaffRecord, person: StaffPerson): Promise<StaffRecord | undefined>;
  find(tenant: TenantId, staffId: StaffId): Promise<StaffRecord | undefined>;
  list(
    tenant: TenantId,
    page: { readonly limit: number; readonly after?: Position | undefined },
  ): Promise<{
    readonly staff: readonly { readonly record: StaffRecord; readonly person: StaffPerson | undefined }[];
    readonly last: Position | undefined;
  }>;
  /** Takes a staff member away for good, also one who is not there yet. */
  remove(tenant: TenantId, staffId: StaffId, at: Instant): Promise<void>;
  /** An invited one, whose invitation has this nonce, may log in. @returns whether the member is active now */
  activate(tenant: TenantId, staffId: StaffId, nonce: string): Promise<boolean>;
  person(emailHash: string): Promise<Person>;
  /** Gives a person a login. @returns false when there is one already; then it stays as it is */
  createLogin(emailHash: string, passwordHash: string): Promise<boolean>;
  join(emailHash: string, membership: z.output<typeof Membership>): Promise<void>;
}
