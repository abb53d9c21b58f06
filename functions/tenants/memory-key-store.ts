import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { KeyRecord } from './key-model.ts';
import type { KeyStore } from './key-store.ts';

const at = (tenant: TenantId, keyId: string) => `${tenant}/${keyId}`;

/** Keys in memory: for tests of what is above the store. */
export const memoryKeys = (): KeyStore => {
  const keys = new Map<string, { readonly tenant: TenantId; readonly record: KeyRecord }>();
  return {
    add: async (tenant, record) => {
      const existing = keys.get(at(tenant, record.keyId));
      if (existing === undefined) keys.set(at(tenant, record.keyId), { tenant, record });
      return existing?.record;
    },
    find: async (tenant, keyId) => keys.get(at(tenant, keyId))?.record,
    list: async (tenant, { limit, after }) => {
      const from = after?.['sk'];
      const own = [...keys.values()]
        .filter((entry) => entry.tenant === tenant && (typeof from !== 'string' || entry.record.keyId > from))
        .map(({ record }) => record)
        .toSorted((a, b) => (a.keyId < b.keyId ? -1 : 1));
      const page = own.slice(0, limit);
      const end = page.at(-1);
      return {
        keys: page,
        last: own.length > limit && end !== undefined ? { pk: 'keys', sk: end.keyId } : undefined,
      };
    },
    retire: async (tenant, { keyId }, end) => {
      const entry = keys.get(at(tenant, keyId));
      if (entry === undefined) return;
      keys.set(at(tenant, keyId), {
        tenant,
        record: { ...entry.record, expiresAt: end.at, replacedBy: end.replacedBy },
      });
    },
    remove: async (tenant, { keyId }) => {
      keys.delete(at(tenant, keyId));
    },
    findByHash: async (hash) => {
      const entry = [...keys.values()].find(({ record }) => record.hash === hash);
      if (entry === undefined) return undefined;
      const { keyId, kind, permissions, expiresAt } = entry.record;
      return { tenant: entry.tenant, keyId, kind, permissions, expiresAt };
    },
  };
};
