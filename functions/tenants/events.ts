import * as z from 'zod';
import { defineEvent } from '../../lib/runtime/events.ts';
import { TenantId, TenantSettings } from '../../lib/runtime/tenant.ts';

/** The tenant's public state after the change. */
const TenantDetail = z.object({
  tenantId: TenantId,
  slug: z.string(),
  name: z.string(),
  plan: z.string(),
  status: z.enum(['active', 'suspended']),
  settings: TenantSettings,
  version: z.number().int(),
});

/** Onboarding is complete. */
export const TenantCreated = defineEvent('tenants', 'TenantCreated', 1, TenantDetail);
/** Name, plan or settings changed. */
export const TenantUpdated = defineEvent('tenants', 'TenantUpdated', 1, TenantDetail);
export const TenantSuspended = defineEvent('tenants', 'TenantSuspended', 1, TenantDetail);
export const TenantResumed = defineEvent('tenants', 'TenantResumed', 1, TenantDetail);
