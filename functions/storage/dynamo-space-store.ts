import type { DynamoDb } from '../../lib/runtime/clients/dynamodb.ts';
import { systemDb, tenantDb, wholeDb } from '../../lib/runtime/db.ts';
import { dueItems } from './due-items.ts';
import { dynamoNodes } from './dynamo-node-store.ts';
import { dynamoPlacements } from './dynamo-placements.ts';
import { dynamoQuotas } from './dynamo-quotas.ts';
import { reserveSpace } from './reserve-space.ts';
import type { SpaceStore } from './space.ts';

export interface SpaceDeps {
  readonly client: DynamoDb;
  readonly table: string;
  /** From 0 to below 1: which of the slices that fit is drawn from. */
  readonly random: () => number;
}

/** Nodes, space and placements in the domain's table, for functions outside the second wall of tenancy. */
export const dynamoSpace = ({ client, table, random }: SpaceDeps): SpaceStore => {
  const system = systemDb(client, table);
  const open = tenantDb(client, table);
  const quotas = (tenant: Parameters<typeof open>[0]) => dynamoQuotas(open(tenant));
  return {
    ...dynamoNodes(system),
    ...dynamoPlacements(system),
    reserve: reserveSpace({ db: wholeDb(client, table), quotas, random }),
    due: dueItems(client, table),
  };
};
