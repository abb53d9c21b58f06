import type * as z from 'zod';
import { type CurrentTenant, STEP_NAMES, type Tenant, type TenantRecord } from './model.ts';

export const toCurrentTenant = (record: TenantRecord): z.input<typeof CurrentTenant> => ({
  id: record.tenantId,
  name: record.name,
  slug: record.slug,
  plan: record.plan,
  status: record.status,
  settings: record.settings,
  createdAt: record.createdAt,
  updatedAt: record.updatedAt,
});

export const toTenant = (record: TenantRecord): z.input<typeof Tenant> => ({
  ...toCurrentTenant(record),
  steps: STEP_NAMES.map((name) =>
    record.failure?.step === name
      ? { name, status: 'failed', code: record.failure.code }
      : { name, status: record.steps[name] ?? 'pending' },
  ),
});
