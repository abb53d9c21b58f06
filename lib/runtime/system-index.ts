import * as z from 'zod';
import type { DynamoDb } from './clients/dynamodb.ts';
import { fromWire, toWire } from './db-wire.ts';
import { tenantOfKey, tenantPrefix } from './keys.ts';
import { TenantId } from './tenant.ts';
import type { Key } from './db.ts';

/** An index over all tenants, as `ServiceTable` declares it (`systemIndexes`): sparse, keys only. */
export interface SystemIndexNames {
  readonly name: string;
  /** Attribute of the partition key, and of the sort key. */
  readonly partition: string;
  readonly sort: string;
}

/** Which item of which tenant; what it says now must be read from the item itself. */
export interface Found {
  readonly tenant: TenantId;
  readonly key: Key;
}

const Keys = z.object({ pk: z.string(), sk: z.string() });

/**
 * Finds items of any tenant by a system index: `byIndex(client, TABLE, DUE)('due', { upTo: now, limit: 50 })`. An index
 * lags behind: it says where to look, never what is true.
 */
export const byIndex =
  (client: DynamoDb, table: string, index: SystemIndexNames) =>
  async (partition: string, { upTo, limit }: { readonly upTo: string; readonly limit: number }): Promise<Found[]> => {
    const answer = await client.call('Query', {
      TableName: table,
      IndexName: index.name,
      KeyConditionExpression: '#partition = :partition AND #sort <= :upTo',
      ExpressionAttributeNames: { '#partition': index.partition, '#sort': index.sort },
      ExpressionAttributeValues: toWire({ ':partition': partition, ':upTo': upTo }),
      Limit: limit,
    });
    return (answer.Items ?? []).map((item) => {
      const { pk, sk } = Keys.parse(fromWire(item));
      const tenant = TenantId.parse(tenantOfKey(pk));
      return { tenant, key: { pk: pk.slice(tenantPrefix(tenant).length), sk } };
    });
  };
