import { ConditionFailed, type OpenTenantDb } from '../../lib/runtime/db.ts';
import { adjustStock, importStock } from './dynamo-adjust.ts';
import { movementsPartition, stockKey } from './keys.ts';
import { defaultLocationOf, Level, Movement, StockItem } from './model.ts';
import { readSnapshots } from './snapshots.ts';
import type { StockStore } from './store.ts';
import { newStock, type Snapshot } from './stored-stock.ts';

/** A snapshot's buckets, summed by location. */
const levelsOf = (snapshot: Snapshot): Level[] =>
  [...Map.groupBy(snapshot.buckets, ({ locationId }) => locationId)].map(([locationId, buckets]) => {
    const sum = (name: 'available' | 'reserved' | 'shipped') => buckets.reduce((all, bucket) => all + bucket[name], 0);
    const [available, reserved, shipped] = [sum('available'), sum('reserved'), sum('shipped')];
    const { variantId } = snapshot.stock;
    return Level.parse({ variantId, locationId, available, reserved, onHand: available + reserved, shipped });
  });

const ignoringRefusal = async (write: Promise<unknown>): Promise<boolean> => {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
};

export const dynamoStock = (db: OpenTenantDb): StockStore => ({
  adjust: adjustStock(db),
  applyImport: importStock(db),

  find: async (tenant, variantId) => {
    const item = await db(tenant).get(stockKey(variantId), { consistent: true });
    return item === undefined || item['deletedAt'] !== undefined ? undefined : StockItem.parse(item);
  },

  levels: async (tenant, variantIds, options) => {
    const snapshots = await readSnapshots(db(tenant), defaultLocationOf(tenant), variantIds, options);
    return [...new Set(variantIds)].flatMap((variantId) => {
      const snapshot = snapshots.get(variantId);
      if (snapshot === undefined || snapshot.stock.deletedAt !== undefined) return [];
      return [{ item: StockItem.parse(snapshot.stock), levels: levelsOf(snapshot) }];
    });
  },

  change: async (tenant, item, settings, at) => {
    const { tracked = item.tracked, policy = item.policy } = settings;
    try {
      const after = await db(tenant).update(stockKey(item.variantId), {
        update:
          'SET #tracked = :tracked, #policy = :policy, #updatedAt = :at, #version = #version + :one, #revision = #revision + :one',
        condition: '#version = :seen AND attribute_not_exists(#deletedAt)',
        names: {
          '#tracked': 'tracked',
          '#policy': 'policy',
          '#updatedAt': 'updatedAt',
          '#version': 'version',
          '#revision': 'revision',
          '#deletedAt': 'deletedAt',
        },
        values: { ':tracked': tracked, ':policy': policy, ':at': at, ':one': 1, ':seen': item.version },
      });
      return StockItem.parse(after);
    } catch (error) {
      if (error instanceof ConditionFailed) return undefined;
      throw error;
    }
  },

  ensure: async (tenant, variantId, at) => {
    const item = { ...stockKey(variantId), ...newStock(variantId, at) };
    await ignoringRefusal(db(tenant).put(item, { expression: 'attribute_not_exists(pk)' }));
  },

  retire: async (tenant, variantId, at) => {
    const table = db(tenant);
    const mark = () =>
      table.update(stockKey(variantId), {
        update: 'SET #deletedAt = :at, #revision = #revision + :one',
        condition: 'attribute_exists(pk) AND attribute_not_exists(#deletedAt)',
        names: { '#deletedAt': 'deletedAt', '#revision': 'revision' },
        values: { ':at': at, ':one': 1 },
      });
    if (await ignoringRefusal(mark())) return;
    // Its creation is not known here yet: what comes later must find that it is gone.
    const item = { ...stockKey(variantId), ...newStock(variantId, at), deletedAt: at };
    if (await ignoringRefusal(table.put(item, { expression: 'attribute_not_exists(pk)' }))) return;
    // Refused once more, it is marked already.
    await ignoringRefusal(mark());
  },

  movements: async (tenant, variantId, { from, limit, after }) => {
    const page = await db(tenant).query({
      pk: movementsPartition(variantId),
      ...(from === undefined ? {} : { sk: { between: [from, '9'] } as const }),
      limit,
      ...(after === undefined ? {} : { after }),
    });
    const items = page.items.map((item) => Movement.parse({ adjustmentId: null, orderId: null, ...item }));
    return { items, last: page.last };
  },
});
