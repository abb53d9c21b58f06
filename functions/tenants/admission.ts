import type { TenantSettings } from '../../lib/runtime/tenant.ts';
import type { TenantRecord } from './model.ts';

/** What the authorizer is told about a tenant. */
export interface TenantFacts {
  readonly tenantStatus: 'active' | 'suspended';
  readonly settings: TenantSettings;
  readonly usageKey: string | null;
}

/** undefined for a tenant that has no callers: it is not there yet, or not any more. */
export const factsOf = (record: TenantRecord | undefined): TenantFacts | undefined => {
  if (record?.status !== 'active' && record?.status !== 'suspended') return undefined;
  const { status, settings, usageKey } = record;
  // A key that is in no usage plan would be refused by API Gateway.
  return { tenantStatus: status, settings, usageKey: usageKey?.plan == null ? null : usageKey.value };
};
