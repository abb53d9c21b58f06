import * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import type { DynamoDb } from '../../lib/runtime/clients/dynamodb.ts';
import { fromWire, toWire } from '../../lib/runtime/db-wire.ts';
import { TenantId } from '../../lib/runtime/tenant.ts';
import { fileId, nodeId, placementId, uploadId } from './ids.ts';
import { DUE, DUE_SHARDS } from './keys.ts';
import type { Due } from './space.ts';

const Keys = z.object({ pk: z.string(), sk: z.string() });

/** What an item is, from its key. */
const dueOf = ({ pk, sk }: z.output<typeof Keys>): Due => {
  const [whose, tenant, kind, id] = pk.split('#');
  if (whose === 's' && tenant === 'placements')
    return { kind: 'placement', nodeId: nodeId.schema.parse(kind), placementId: placementId.schema.parse(sk) };
  if (whose === 't' && kind === 'upload')
    return { kind: 'upload', tenant: TenantId.parse(tenant), uploadId: uploadId.schema.parse(id) };
  const [, number] = /^v#(\d+)$/.exec(sk) ?? [];
  if (whose === 't' && kind === 'file' && number !== undefined)
    return { kind: 'version', tenant: TenantId.parse(tenant), fileId: fileId.schema.parse(id), number: Number(number) };
  throw new Error(`The item ${pk} ${sk} cannot be due`);
};

/** What is due, by the index over the system and all tenants; of each of its shards, the oldest. */
export const dueItems =
  (client: DynamoDb, table: string) =>
  async (now: ReturnType<Clock>, limit: number): Promise<readonly Due[]> => {
    const found = await Promise.all(
      Array.from({ length: DUE_SHARDS }, async (_, shard) => {
        const { Items = [] } = await client.call('Query', {
          TableName: table,
          IndexName: DUE.name,
          KeyConditionExpression: `${DUE.partition} = :shard AND ${DUE.sort} <= :now`,
          ExpressionAttributeValues: toWire({ ':shard': `due#${shard}`, ':now': toInstant(now) }),
          Limit: Math.ceil(limit / DUE_SHARDS),
        });
        return Items.map((item) => dueOf(Keys.parse(fromWire(item))));
      }),
    );
    return found.flat();
  };
