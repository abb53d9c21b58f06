import { createHash } from 'node:crypto';
import { key, tenantPrefix } from '../../lib/runtime/keys.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { FileId, NodeId, PlacementId, UploadId } from './ids.ts';

/** Keys of a tenant's items, as a store that is opened for the tenant sees them. */
export const fileKey = (id: FileId) => ({ pk: key('file', id), sk: 'file' });
const padded = (number: number, digits: number) => String(number).padStart(digits, '0');
export const versionKey = (id: FileId, number: number) => ({ pk: key('file', id), sk: key('v', padded(number, 8)) });
/** The sha256 of a version's parts, 500 an item. */
export const partsKey = (id: FileId, number: number, chunk: number) => ({
  pk: key('file', id),
  sk: key('p', padded(number, 8), padded(chunk, 3)),
});
/** The claim of a path. Sorted by path, it is the listing, too. A path has at most the 1,024 bytes of a sort key. */
export const pathKey = (path: string) => ({ pk: 'paths', sk: path });
export const uploadKey = (id: UploadId) => ({ pk: key('upload', id), sk: 'upload' });
/** What parts were signed with, 500 an item. */
export const uploadPartsKey = (id: UploadId, chunk: number) => ({
  pk: key('upload', id),
  sk: key('p', padded(chunk, 3)),
});
export const quotaKey = { pk: 'quota', sk: 'settings' };
export const quotaSliceKey = (slice: number) => ({ pk: 'quota', sk: key('s', padded(slice, 2)) });
export const bucketKey = (node: NodeId) => ({ pk: 'buckets', sk: node });
export const moveKey = (id: FileId, number: number) => ({ pk: key('file', id), sk: key('m', padded(number, 8)) });

/** Keys of the system's items, as `systemDb` sees them. */
export const nodeKey = (id: NodeId) => ({ pk: 'nodes', sk: id });
export const nodeNameKey = (name: string) => ({ pk: 'node-names', sk: name });
export const NODE_SLICES = 32;
export const nodeSliceKey = (id: NodeId, slice: number) => ({ pk: key('node', id), sk: key('s', padded(slice, 2)) });
export const PLACEMENT_SHARDS = 16;
const shardOf = (id: PlacementId) => createHash('sha256').update(id).digest()[0] ?? 0;
export const placementShardKey = (node: NodeId, shard: number): string => key('placements', node, shard);
export const placementKey = (node: NodeId, id: PlacementId) => ({
  pk: placementShardKey(node, shardOf(id) % PLACEMENT_SHARDS),
  sk: id,
});

/** The same keys where one transaction takes items of both: with `wholeDb`. */
export const ofSystem = ({ pk, sk }: { readonly pk: string; readonly sk: string }) => ({ pk: `s#${pk}`, sk });
export const ofTenant = (tenant: TenantId, { pk, sk }: { readonly pk: string; readonly sk: string }) => ({
  pk: tenantPrefix(tenant) + pk,
  sk,
});

/** System index over what is due: sparse, keys only. `duePk` is `due#<shard>`, `dueSk` the instant. */
export const DUE = { name: 'due', partition: 'duePk', sort: 'dueSk' } as const;
export const DUE_SHARDS = 8;
/** System index from a public file's id to its item. `publicPk` is the file's id. */
export const PUBLIC = { name: 'public', partition: 'publicPk', sort: 'publicSk' } as const;
/** System index over moves by drain and state: `movesPk` is `<drainId>`, `movesSk` `<state>#<instant>`. */
export const MOVES = { name: 'moves', partition: 'movesPk', sort: 'movesSk' } as const;

/** Never rewritten: one key a placement. Short segments, none a folder of another. */
export const objectKey = (file: FileId, version: number, placement: PlacementId): string =>
  `${file}/${version}-${placement}`;
