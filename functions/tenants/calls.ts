import * as z from 'zod';
import { defineCall } from '../../lib/runtime/call.ts';
import { HeldPermissions } from '../../lib/runtime/permissions.ts';
import { TenantId, TenantSettings } from '../../lib/runtime/tenant.ts';

const TenantFacts = {
  tenantStatus: z.enum(['active', 'suspended']),
  settings: TenantSettings,
  /** The value that API Gateway counts the tenant's requests by; null while the tenant is in no usage plan. */
  usageKey: z.string().nullable(),
};
const Unknown = z.object({ status: z.literal('unknown') });

/** Whose key has this hash, and what may it do? Not of one tenant: it is asked before the tenant is known. */
export const VerifyKey = defineCall(
  'tenants',
  'verify-key',
  z.object({ keyHash: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.discriminatedUnion('status', [
    z.object({
      status: z.literal('found'),
      kind: z.enum(['publishable', 'secret']),
      keyId: z.string(),
      tenant: TenantId,
      permissions: HeldPermissions,
      ...TenantFacts,
    }),
    Unknown,
  ]),
);

/** What the authorizer must know of the tenant that a verified token names. */
export const ResolveTenant = defineCall(
  'tenants',
  'resolve-tenant',
  z.object({ tenant: TenantId }),
  z.discriminatedUnion('status', [z.object({ status: z.literal('found'), ...TenantFacts }), Unknown]),
);

/**
 * The steps of onboarding. Each finds what it needs in the tenant's record, because the input of a workflow is kept in
 * its history for months and the owner's email must not be. `closing`: the onboarding is being rolled back, and nothing
 * was done.
 */
const Nothing = z.object({});
const doing = <const Done extends string>(name: string, ...done: readonly [Done, ...Done[]]) =>
  defineCall('tenants', name, Nothing, z.object({ status: z.enum([...done, 'closing']) }), 8000);
const undoing = (name: string) =>
  defineCall('tenants', name, Nothing, z.object({ status: z.enum(['undone', 'kept']) }), 8000);

export const ClaimSlug = doing('claim-slug', 'claimed', 'slug_taken');
export const AbandonOnboarding = undoing('abandon-onboarding');
export const InviteOwner = doing('invite-owner', 'invited');
export const WithdrawOwner = undoing('withdraw-owner');
export const RegisterUsageKey = doing('register-usage-key', 'registered', 'skipped');
export const RemoveUsageKey = undoing('remove-usage-key');
export const ActivateTenant = doing('activate-tenant', 'active');
export const DeactivateTenant = undoing('deactivate-tenant');
