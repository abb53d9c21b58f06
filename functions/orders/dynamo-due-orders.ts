import type { DynamoDb } from '../../lib/runtime/clients/dynamodb.ts';
import { byIndex } from '../../lib/runtime/system-index.ts';
import { DUE, DUE_SHARDS, duePartition, dueUntil } from './order-index.ts';
import { orderIdOf } from './order-item.ts';
import type { DueOrders } from './store.ts';

/** The index of pending orders. It holds keys of all tenants, so it has one reader, with a role of its own. */
export const dynamoDueOrders = (client: DynamoDb, table: string): DueOrders => {
  const find = byIndex(client, table, DUE);
  return {
    due: async (now, limit) => {
      const shards = Array.from({ length: DUE_SHARDS }, (_, shard) =>
        find(duePartition(shard), { upTo: dueUntil(now), limit }),
      );
      return (await Promise.all(shards)).flat().map(({ tenant, key }) => ({ tenant, orderId: orderIdOf(key.pk) }));
    },
  };
};
