import type { DynamoDb } from '../../lib/runtime/clients/dynamodb.ts';
import { ConditionFailed, systemDb, tenantDb } from '../../lib/runtime/db.ts';
import { key } from '../../lib/runtime/keys.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { KeyFacts, type KeyId, KeyRecord } from './key-model.ts';
import type { KeyStore } from './key-store.ts';

const KEYS_PK = 'keys';
/** An ended key is shown for 30 more days. */
const SHOWN_SECONDS = 30 * 24 * 3600;

const own = (keyId: KeyId) => ({ pk: KEYS_PK, sk: keyId });
const byHash = (hash: string) => ({ pk: key('key', hash), sk: 'meta' });

/** Runs a write whose condition says that there is something left to do. */
const unlessDone = async (write: Promise<unknown>): Promise<void> => {
  try {
    await write;
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error; // removed, or ended before
  }
};

const facts = (tenant: TenantId, record: KeyRecord): KeyFacts => ({
  tenant,
  keyId: record.keyId,
  kind: record.kind,
  permissions: record.permissions,
  expiresAt: record.expiresAt,
});

/** Keys in DynamoDB. The two items of a key are written in an order in which a crash between them reveals nothing. */
export const dynamoKeys = (client: DynamoDb, table: string): KeyStore => {
  const db = tenantDb(client, table);
  const system = systemDb(client, table);

  return {
    add: async (tenant, record) => {
      // The hash first: should nothing follow, nobody has ever seen the key that it belongs to.
      await system.put({ ...byHash(record.hash), ...facts(tenant, record) });
      try {
        await db(tenant).put({ ...own(record.keyId), ...record }, { expression: 'attribute_not_exists(pk)' });
        return undefined;
      } catch (error) {
        if (!(error instanceof ConditionFailed) || error.item === undefined) throw error;
        await system.delete(byHash(record.hash));
        return KeyRecord.parse(error.item);
      }
    },

    find: async (tenant, keyId) => {
      const item = await db(tenant).get(own(keyId), { consistent: true });
      return item === undefined ? undefined : KeyRecord.parse(item);
    },

    list: async (tenant, { limit, after }) => {
      const { items, last } = await db(tenant).query({
        pk: KEYS_PK,
        limit,
        consistent: true,
        ...(after === undefined ? {} : { after }),
      });
      return { keys: items.map((item) => KeyRecord.parse(item)), last };
    },

    retire: async (tenant, record, { at, replacedBy }) => {
      const ttl = Math.floor(Date.parse(at) / 1000) + SHOWN_SECONDS;
      await unlessDone(
        system.update(byHash(record.hash), {
          update: 'SET expiresAt = :at, #ttl = :ttl',
          condition: 'attribute_exists(pk) AND (expiresAt = :never OR expiresAt > :at)',
          names: { '#ttl': 'ttl' },
          values: { ':at': at, ':never': null, ':ttl': ttl },
        }),
      );
      await unlessDone(
        db(tenant).update(own(record.keyId), {
          update: 'SET expiresAt = :at, replacedBy = :by, #ttl = :ttl',
          condition: 'attribute_exists(pk)',
          names: { '#ttl': 'ttl' },
          values: { ':at': at, ':by': replacedBy, ':ttl': ttl },
        }),
      );
    },

    remove: async (tenant, record) => {
      await system.delete(byHash(record.hash));
      await db(tenant).delete(own(record.keyId));
    },

    findByHash: async (hash) => {
      const item = await system.get(byHash(hash), { consistent: true });
      return item === undefined ? undefined : KeyFacts.parse(item);
    },
  };
};
