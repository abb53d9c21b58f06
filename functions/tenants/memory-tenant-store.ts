import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { TenantRecord } from './model.ts';
import type { TenantStore } from './tenant-store.ts';

/** Tenants in memory: for tests of what is above the store. */
export const memoryTenants = (): TenantStore => {
  const records = new Map<TenantId, TenantRecord>();
  const emails = new Map<TenantId, string>();
  const slugs = new Map<string, TenantId>();
  return {
    create: async (record, ownerEmail) => {
      const existing = records.get(record.tenantId);
      if (existing !== undefined) return existing;
      records.set(record.tenantId, record);
      emails.set(record.tenantId, ownerEmail);
      return undefined;
    },
    find: async (tenant) => records.get(tenant),
    change: async (tenant, transition) => {
      const record = records.get(tenant);
      if (record === undefined) return undefined;
      const changed = transition(record);
      if (changed === record) return record;
      const next = { ...changed, revision: record.revision + 1 };
      records.set(tenant, next);
      return next;
    },
    ownerEmail: async (tenant) => emails.get(tenant),
    forgetOwnerEmail: async (tenant) => {
      emails.delete(tenant);
    },
    slugHolder: async (slug) => slugs.get(slug),
    claimSlug: async (slug, tenant) => {
      const holder = slugs.get(slug);
      if (holder === undefined) slugs.set(slug, tenant);
      return holder === undefined || holder === tenant;
    },
    releaseSlug: async (slug, tenant) => {
      if (slugs.get(slug) === tenant) slugs.delete(slug);
    },
    list: async ({ limit, after }) => {
      const from = after?.['sk'];
      const sorted = [...slugs.keys()].toSorted().filter((slug) => typeof from !== 'string' || slug > from);
      const page = sorted.slice(0, limit);
      const end = page.at(-1);
      return {
        tenants: page.flatMap((slug) => slugs.get(slug) ?? []),
        last: sorted.length > limit && end !== undefined ? { pk: 'tenants', sk: end } : undefined,
      };
    },
    due: async (upTo, limit) =>
      [...records.values()]
        .filter(({ dueAt }) => dueAt !== null && dueAt <= upTo)
        .slice(0, limit)
        .map(({ tenantId }) => tenantId),
  };
};
