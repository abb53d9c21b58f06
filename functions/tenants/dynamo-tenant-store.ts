import type { DynamoDb } from '../../lib/runtime/clients/dynamodb.ts';
import * as z from 'zod';
import { ConditionFailed, type Item, systemDb, tenantDb, TransactionRefused } from '../../lib/runtime/db.ts';
import { temporarilyUnavailable } from '../../lib/runtime/errors.ts';
import { byIndex } from '../../lib/runtime/system-index.ts';
import { TenantId } from '../../lib/runtime/tenant.ts';
import { TenantRecord } from './model.ts';
import { DIRECTORY_PK, DUE_INDEX, DUE_PARTITION, OWNER_KEY, TENANT_KEY } from './tenant-keys.ts';
import type { TenantStore } from './tenant-store.ts';

const OwnerItem = z.object({ email: z.string() });
const DirectoryItem = z.object({ tenantId: TenantId });
const MAX_TRIES = 10;

const directoryKey = (slug: string) => ({ pk: DIRECTORY_PK, sk: slug });

const toItem = (record: TenantRecord): Item => ({
  ...TENANT_KEY,
  ...record,
  ...(record.dueAt === null ? {} : { [DUE_INDEX.partition]: DUE_PARTITION, [DUE_INDEX.sort]: record.dueAt }),
  ...(record.expiresAt === null ? {} : { ttl: Math.floor(Date.parse(record.expiresAt) / 1000) }),
});

/** Tenants in DynamoDB. */
export const dynamoTenants = (client: DynamoDb, table: string): TenantStore => {
  const db = tenantDb(client, table);
  const system = systemDb(client, table);
  const dueTenants = byIndex(client, table, DUE_INDEX);

  return {
    create: async (record, ownerEmail) => {
      try {
        await db(record.tenantId).transact([
          { put: toItem(record), condition: { expression: 'attribute_not_exists(pk)' } },
          { put: { ...OWNER_KEY, email: ownerEmail } },
        ]);
        return undefined;
      } catch (error) {
        const existing = error instanceof TransactionRefused ? error.reasons[0]?.item : undefined;
        if (existing === undefined) throw error;
        return TenantRecord.parse(existing);
      }
    },

    find: async (tenant) => {
      const item = await db(tenant).get(TENANT_KEY, { consistent: true });
      return item === undefined ? undefined : TenantRecord.parse(item);
    },

    change: async (tenant, transition) => {
      let item = await db(tenant).get(TENANT_KEY, { consistent: true });
      for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
        if (item === undefined) return undefined;
        const record = TenantRecord.parse(item);
        const changed = transition(record);
        if (changed === record) return record;
        const next = { ...changed, revision: record.revision + 1 };
        try {
          await db(tenant).put(toItem(next), {
            expression: 'revision = :seen',
            values: { ':seen': record.revision },
          });
          return next;
        } catch (error) {
          if (!(error instanceof ConditionFailed)) throw error;
          item = error.item;
        }
      }
      throw temporarilyUnavailable('Too many changes of one tenant at once. Try again in a moment.', { retryAfter: 1 });
    },

    ownerEmail: async (tenant) => {
      const item = await db(tenant).get(OWNER_KEY, { consistent: true });
      return item === undefined ? undefined : OwnerItem.parse(item).email;
    },

    forgetOwnerEmail: (tenant) => db(tenant).delete(OWNER_KEY),

    slugHolder: async (slug) => {
      const item = await system.get(directoryKey(slug), { consistent: true });
      return item === undefined ? undefined : DirectoryItem.parse(item).tenantId;
    },

    claimSlug: async (slug, tenant) => {
      try {
        await system.put(
          { ...directoryKey(slug), tenantId: tenant },
          { expression: 'attribute_not_exists(pk) OR tenantId = :tenant', values: { ':tenant': tenant } },
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionFailed) return false;
        throw error;
      }
    },

    releaseSlug: async (slug, tenant) => {
      try {
        await system.delete(directoryKey(slug), { expression: 'tenantId = :tenant', values: { ':tenant': tenant } });
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error; // it is another tenant's, or nobody's
      }
    },

    list: async ({ limit, after }) => {
      const { items, last } = await system.query({
        pk: DIRECTORY_PK,
        limit,
        consistent: true,
        ...(after === undefined ? {} : { after }),
      });
      return { tenants: items.map((item) => DirectoryItem.parse(item).tenantId), last };
    },

    due: async (upTo, limit) => (await dueTenants(DUE_PARTITION, { upTo, limit })).map(({ tenant }) => tenant),
  };
};
