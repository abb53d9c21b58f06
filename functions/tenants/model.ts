import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { defineError } from '../../lib/runtime/errors.ts';
import { Actor, TenantId, TenantSettings } from '../../lib/runtime/tenant.ts';
import { PlanName } from './plans.ts';
import { SettingsInput } from './settings.ts';

/** Names appear in addresses and file names, and are the order of the list of tenants. They never change. */
export const Slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])$/, 'must be 2 to 48 of a to z, 0 to 9 and -, not - at the ends');
const Name = z.string().trim().min(1).max(200);

/**
 * `onboarding`: the workflow is at work. `closing`: it failed and is being rolled back. `failed`: rolled back, nothing
 * is left but this record of it, for a week. Only `active` and `suspended` tenants have callers.
 */
export const TenantStatus = z.enum(['onboarding', 'active', 'suspended', 'closing', 'failed']);
export type TenantStatus = z.output<typeof TenantStatus>;

export const STEP_NAMES = ['slug', 'owner', 'usage_key', 'activation'] as const;
export const StepName = z.enum(STEP_NAMES);
export type StepName = z.output<typeof StepName>;

/** The tenant's API key of API Gateway, by which its requests are counted and throttled. */
export const UsageKey = z.object({
  value: z.string().min(20),
  /** API Gateway's id of the key, and the plan that it is in; null until then. */
  keyId: z.string().nullable(),
  plan: z.string().nullable(),
});

/** What a version of a tenant is about. */
export const TenantChange = z.enum(['created', 'updated', 'suspended', 'resumed']);
export type TenantChange = z.output<typeof TenantChange>;

/** A tenant as it is stored. */
export const TenantRecord = z.object({
  tenantId: TenantId,
  name: z.string(),
  slug: z.string(),
  plan: z.string(),
  status: TenantStatus,
  settings: TenantSettings,
  /** 0 until the tenant is active; then +1 with each published change: ETag and sequence of events. */
  version: z.number().int(),
  /** What the newest version is about: its event can be told from the record alone. */
  lastChange: TenantChange.default('updated'),
  /** +1 with every write, published or not: what a writer's condition is about. */
  revision: z.number().int(),
  steps: z.partialRecord(StepName, z.enum(['done', 'skipped', 'undone'])),
  /** The step at which onboarding failed, and why if it was refused. */
  failure: z.object({ step: StepName, code: z.string() }).nullable(),
  /** Executions of the onboarding workflow that were started after the first. */
  attempt: z.number().int(),
  usageKey: UsageKey.nullable(),
  /** When the repair job has to look at the tenant, if there is something left to do. */
  dueAt: Instant.nullable(),
  /** Of a failed onboarding: when its record is no longer shown. */
  expiresAt: Instant.nullable(),
  requestHash: z.string(),
  createdAt: Instant,
  updatedAt: Instant,
  actor: Actor,
  traceId: z.string(),
});
export type TenantRecord = z.output<typeof TenantRecord>;

export const NewTenant = z.strictObject({
  name: Name,
  slug: Slug,
  plan: PlanName,
  ownerEmail: z.email().max(254),
  ...SettingsInput.pick({ country: true, currencies: true, locales: true, timeZone: true }).shape,
});
export const TenantPatch = z.strictObject({ name: Name, plan: PlanName }).partial();
export const CurrentTenantPatch = z.strictObject({ settings: SettingsInput.partial() });

/** A tenant as its own staff see it. */
export const CurrentTenant = z.object({
  id: TenantId,
  name: z.string(),
  slug: z.string(),
  plan: z.string(),
  status: TenantStatus,
  settings: TenantSettings,
  createdAt: Instant,
  updatedAt: Instant,
});

export const OnboardingStep = z.object({
  name: StepName,
  /** `skipped`: not possible yet, done later by itself. `undone`: taken back after a later step failed. */
  status: z.enum(['pending', 'done', 'skipped', 'failed', 'undone']),
  /** Why it failed, if that is known: `slug_taken`. */
  code: z.string().optional(),
});

/** A tenant as operators see it. */
export const Tenant = CurrentTenant.extend({ steps: z.array(OnboardingStep) });

/** The one credential that an operator hands over: with it the owner sets a password. */
export const TenantWithOwner = Tenant.extend({
  ownerStatus: z.enum(['invited', 'accepted', 'unknown']),
  /** Made by each request, kept nowhere, and void once it was accepted. */
  ownerInvitation: z.object({ token: z.string(), expiresAt: Instant }).nullable(),
});

export const tenantNotFound = defineError('tenant_not_found', 404, 'There is no such tenant');
export const slugTaken = defineError('slug_taken', 409, 'The slug belongs to another tenant');
export const tenantNotActive = defineError('tenant_not_active', 409, 'The tenant is not active');
export const keyNotFound = defineError('key_not_found', 404, 'There is no such key');
export const keyExpiring = defineError('key_expiring', 409, 'The key was rotated already');
