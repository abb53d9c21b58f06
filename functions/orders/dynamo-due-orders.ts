import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { tenantOfKey } from '../../lib/runtime/keys.ts';
import { TenantId } from '../../lib/runtime/tenant.ts';
import { DUE_SHARDS, duePartition, dueUntil } from './order-index.ts';
import type { DueOrder, DueOrders } from './store.ts';

const ORDER_ID = /#order#(ord_[0-9a-z]+)$/;

/** The index of pending orders. It holds keys of all tenants, so it has a client of its own and one reader. */
export const dynamoDueOrders = (client: DynamoDBClient, table: string): DueOrders => {
  const shard = async (number: number, now: Date, limit: number): Promise<DueOrder[]> => {
    const answer = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: 'due',
        KeyConditionExpression: 'duePk = :pk AND dueSk <= :now',
        ExpressionAttributeValues: { ':pk': { S: duePartition(number) }, ':now': { S: dueUntil(now) } },
        Limit: limit,
      }),
    );
    return (answer.Items ?? []).flatMap((item) => {
      const pk = item['pk']?.S ?? '';
      const orderId = ORDER_ID.exec(pk)?.[1];
      return orderId === undefined ? [] : [{ tenant: TenantId.parse(tenantOfKey(pk)), orderId }];
    });
  };
  return {
    due: async (now, limit) => {
      const shards = Array.from({ length: DUE_SHARDS }, (_, number) => shard(number, now, limit));
      return (await Promise.all(shards)).flat();
    },
  };
};
