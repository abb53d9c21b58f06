import type { DynamoDb } from '../../lib/runtime/clients/dynamodb.ts';
import { type Instant, toInstant } from '../../lib/runtime/clock.ts';
import { systemDb, tenantDb } from '../../lib/runtime/db.ts';
import { type TenantId, tenantId } from '../../lib/runtime/tenant.ts';
import { bucketOf } from '../../functions/storage/buckets.ts';
import { dynamoQuotas } from '../../functions/storage/dynamo-quotas.ts';
import { dynamoSpace } from '../../functions/storage/dynamo-space-store.ts';
import type { Draw, Placement, Upload } from '../../functions/storage/model.ts';
import { fileId, nodeId, type NodeId, placementId, uploadId } from '../../functions/storage/ids.ts';
import { DUE, nodeSliceKey, objectKey, quotaKey, quotaSliceKey } from '../../functions/storage/keys.ts';
import { DEFAULT_LIFETIMES, type StorageNode } from '../../functions/storage/node.ts';
import { NodeSlice } from '../../functions/storage/node-slices.ts';
import { QuotaSlice } from '../../functions/storage/quota.ts';
import type { SpaceStore } from '../../functions/storage/space.ts';
import { memoryTable } from '../fixtures/memory-table.ts';

export const NOW: Instant = toInstant(new Date('2026-03-01T12:00:00.000Z'));
export const SHOP = tenantId.derive('shop');

export const nodeOf = (name: string, facts: Partial<StorageNode> = {}): StorageNode => ({
  id: nodeId.derive(name),
  name,
  endpoint: `https://${name}.example`,
  region: 'eu',
  zone: 'a',
  pool: 'main',
  pathStyle: true,
  secret: 'a',
  capacityBytes: 1000,
  weight: 100,
  lifetimes: DEFAULT_LIFETIMES,
  state: 'active',
  before: null,
  epoch: 1,
  capabilities: { checksums: true, partChecksums: true, tellsChecksum: true },
  report: { at: NOW, takenBytes: 0, objects: 0, skewMs: 0 },
  accepting: true,
  failures: 0,
  drain: null,
  activatedAt: toInstant(new Date('2026-01-01T00:00:00.000Z')),
  createdAt: NOW,
  updatedAt: NOW,
  ...facts,
});

/** A reservation on a node: the placement and its upload, each with ids of their own made from `name`. */
export const wantedOn = (
  node: NodeId,
  name: string,
  bytes: number,
  tenant: TenantId = SHOP,
): { placement: Omit<Placement, 'draws'>; upload: Omit<Upload, 'quotaDraws'> } => {
  const file = fileId.derive(tenant, name);
  const placement = placementId.derive(tenant, name, node);
  const id = uploadId.derive(tenant, name);
  const place = {
    placementId: placement,
    nodeId: node,
    bucket: bucketOf('test', tenant, node),
    key: objectKey(file, 1, placement),
  };
  return {
    placement: {
      ...place,
      tenant,
      fileId: file,
      version: 1,
      bytes,
      uploadId: id,
      from: null,
      multipart: null,
      state: 'live',
      dueAt: null,
      createdAt: NOW,
    },
    upload: {
      id,
      state: 'open',
      fileId: file,
      number: 1,
      path: name,
      expects: 0,
      size: bytes,
      sha256: null,
      contentType: 'text/plain',
      visibility: 'private',
      parts: 0,
      partSize: 0,
      place,
      multipart: null,
      urlsEndAt: NOW,
      expiresAt: NOW,
      requestHash: 'hash',
      createdAt: NOW,
      actor: { type: 'system', id: 'test' },
      traceId: 'trace',
    },
  };
};

/** Numbers that look random and are always the same. */
export const seeded = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

export interface SpaceWorld {
  readonly client: DynamoDb;
  readonly table: string;
  readonly space: SpaceStore;
  readonly reserve: (node: NodeId, name: string, bytes: number, tenant?: TenantId) => ReturnType<SpaceStore['reserve']>;
  readonly nodeSlices: (node: NodeId) => Promise<readonly NodeSlice[]>;
  readonly quotaSlices: (tenant?: TenantId) => Promise<readonly QuotaSlice[]>;
  readonly setQuota: (quotaBytes: number, tenant?: TenantId) => Promise<void>;
}

export const spaceWorldOver = (client: DynamoDb, table: string, random = seeded(1)): SpaceWorld => {
  const space = dynamoSpace({ client, table, random });
  return {
    client,
    table,
    space,
    reserve: (node, name, bytes, tenant) => {
      const { placement, upload } = wantedOn(node, name, bytes, tenant);
      return space.reserve(placement, upload);
    },
    nodeSlices: async (node) => {
      const { items } = await systemDb(client, table).query({ pk: nodeSliceKey(node, 0).pk, consistent: true });
      return items.map((item) => NodeSlice.parse(item));
    },
    quotaSlices: async (tenant = SHOP) => {
      const { items } = await tenantDb(client, table)(tenant).query({ pk: quotaKey.pk, consistent: true });
      return items.filter(({ sk }) => sk !== quotaKey.sk).map((item) => QuotaSlice.parse(item));
    },
    setQuota: async (quotaBytes, tenant = SHOP) => {
      const quotas = dynamoQuotas(tenantDb(client, table)(tenant));
      const changed = await quotas.change(await quotas.ensure(), { quotaBytes });
      if (changed === undefined) throw new Error('The quota was changed by somebody else');
    },
  };
};

export const spaceWorld = (random?: () => number): SpaceWorld => {
  const { client, name } = memoryTable({ systemIndexes: [DUE] });
  return spaceWorldOver(client, name, random);
};

export const sumOf = <Slice extends { readonly takenBytes: number }>(slices: readonly Slice[]): number =>
  slices.reduce((sum, { takenBytes }) => sum + takenBytes, 0);

/** Gives the quota of reservations back, as whoever ends an upload does. */
export const giveBack = async (
  { client, table }: Pick<SpaceWorld, 'client' | 'table'>,
  reserved: readonly { readonly quotaDraws: readonly Draw[] }[],
  tenant = SHOP,
): Promise<void> => {
  const db = tenantDb(client, table)(tenant);
  for (const [index, { slice, bytes }] of reserved.flatMap(({ quotaDraws }) => [...quotaDraws.entries()]))
    await db.update(quotaSliceKey(slice), {
      update: 'SET takenBytes = takenBytes - :bytes, files = files - :one',
      values: { ':bytes': bytes, ':one': index === 0 ? 1 : 0 },
    });
};
