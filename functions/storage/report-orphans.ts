import * as z from 'zod';
import { decodeCursor, encodeCursor, type Position } from '../../lib/runtime/cursor.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { TenantId } from '../../lib/runtime/tenant.ts';
import type { Placement } from './model.ts';
import { fileId, type NodeId, nodeId, placementId } from './ids.ts';
import { inGroups } from './in-groups.ts';
import type { MoveDirectory } from './move-directory.ts';
import { type NodeClient, nodeUnavailable, type OpenNode } from './node-client.ts';
import type { StorageNode } from './node.ts';
import type { SpaceStore } from './space.ts';
import { nodeNotFound } from './transitions.ts';

/** On the node, and not in the directory. `multipart`: an upload in parts that nobody will complete. */
const Orphan = z.object({
  bucket: z.string(),
  key: z.string(),
  size: z.int().nullable(),
  multipart: z.string().nullable(),
});
type Orphan = z.output<typeof Orphan>;

/** In the directory, and not on the node, or not with that many bytes: a version that cannot be read. */
const Missing = z.object({
  bucket: z.string(),
  key: z.string(),
  tenant: TenantId,
  fileId: fileId.schema,
  number: z.int(),
  size: z.int(),
  found: z.int().nullable(),
});
type Missing = z.output<typeof Missing>;

export const reportOrphansRoute = defineRoute({
  method: 'POST',
  path: '/v1/storage/orphan-reports',
  summary: 'Compare a storage node with the directory, both ways, a page at a time',
  callers: ['operator'],
  body: z.strictObject({
    nodeId: nodeId.schema,
    /** Objects that are compared by one request. */
    limit: z.int().min(1).max(500).default(200),
    cursor: z.string().max(2000).optional(),
  }),
  response: z.object({
    nodeId: nodeId.schema,
    compared: z.int().min(0),
    orphans: z.array(Orphan),
    missing: z.array(Missing),
    /** Send it as `cursor` to go on; null: all was compared. */
    next: z.string().nullable(),
  }),
  status: 200,
  errors: [nodeNotFound, nodeUnavailable],
});

interface Deps {
  readonly space: Pick<SpaceStore, 'node' | 'placement' | 'placements'>;
  readonly directory: Pick<MoveDirectory, 'version'>;
  readonly open: OpenNode;
  readonly isOurs: (bucket: string, node: StorageNode) => boolean;
}

/** Where a report goes on: in the listing of a bucket, or among the placements. */
const Place = z.union([
  z.object({ bucket: z.string(), after: z.string() }),
  z.object({ placements: z.literal(1), after: z.string() }),
]);
type Place = z.output<typeof Place>;

interface Page {
  readonly compared: number;
  readonly orphans: readonly Orphan[];
  readonly missing: readonly Missing[];
  readonly next: Position | undefined;
}

/** The cursor's binding where there is no tenant. */
const OPERATOR = 'operator';

const placementOf = (key: string): Placement['placementId'] | undefined =>
  placementId.schema.safeParse(/-(plc_[0-9a-z]+)$/.exec(key)?.[1]).data;

const isKnown = async ({ space }: Deps, node: NodeId, bucket: string, key: string): Promise<boolean> => {
  const id = placementOf(key);
  const placement = id === undefined ? undefined : await space.placement(node, id);
  return placement?.bucket === bucket && placement.key === key;
};

/** The objects of one page of a bucket, and with its first page the uploads in parts. */
const listed = async (
  deps: Deps,
  node: StorageNode,
  client: NodeClient,
  buckets: readonly string[],
  { bucket, after }: { readonly bucket: string; readonly after: string },
  limit: number,
): Promise<Page> => {
  const at = buckets.find((name) => name >= bucket);
  if (at === undefined) return { compared: 0, orphans: [], missing: [], next: { placements: 1, after: '' } };
  const from = at === bucket ? after : '';
  const page = await client.listObjects({ bucket: at, limit, ...(from === '' ? {} : { after: from }) });
  const multiparts = from === '' ? await client.listMultiparts(at) : [];
  const orphans = await inGroups(page.objects, async ({ key, size }): Promise<Orphan[]> => {
    if (await isKnown(deps, node.id, at, key)) return [];
    // What was deleted between the listing and the look is no orphan.
    const still = await client.head({ bucket: at, key });
    return still === undefined ? [] : [{ bucket: at, key, size, multipart: null }];
  });
  const begun = await inGroups(multiparts, async ({ key, multipart }): Promise<Orphan[]> =>
    (await isKnown(deps, node.id, at, key)) ? [] : [{ bucket: at, key, size: null, multipart }],
  );
  return {
    compared: page.objects.length + multiparts.length,
    orphans: [...orphans, ...begun].flat(),
    missing: [],
    // The name of the next bucket is at least this one with the smallest letter behind it.
    next: page.next === null ? { bucket: `${at}-`, after: '' } : { bucket: at, after: page.next },
  };
};

const directed = async (
  { space, directory }: Deps,
  node: StorageNode,
  client: NodeClient,
  after: string,
  limit: number,
): Promise<Page> => {
  const page = await space.placements(node.id, { limit, ...(after === '' ? {} : { after }) });
  const live = page.items.filter(({ state }) => state === 'live');
  const missing = await inGroups(live, async (placement): Promise<Missing[]> => {
    const { bucket, key, tenant, fileId: file, version: number, bytes } = placement;
    const found = await client.head({ bucket, key });
    if (found?.size === bytes) return [];
    // An upload under way and the copy of a move are no version yet; what was moved since is read elsewhere.
    const version = await directory.version(tenant, file, number);
    const isRead = version?.state === 'kept' && version.place.placementId === placement.placementId;
    return isRead ? [{ bucket, key, tenant, fileId: file, number, size: bytes, found: found?.size ?? null }] : [];
  });
  const next = page.next === null ? undefined : { placements: 1, after: page.next };
  return { compared: live.length, orphans: [], missing: missing.flat(), next };
};

/**
 * Tells what is on a node and not in the directory, and what is in the directory and not on the node; changes nothing.
 * First our buckets are listed, then the placements are gone through. All state is in the cursor.
 */
export const reportOrphans =
  (deps: Deps): UseCase<typeof reportOrphansRoute> =>
  async ({ body }) => {
    const node = await deps.space.node(body.nodeId);
    if (node === undefined) throw nodeNotFound(`There is no storage node ${body.nodeId}.`);
    const position =
      body.cursor === undefined ? { bucket: '', after: '' } : decodeCursor(OPERATOR, body.nodeId, body.cursor);
    const place: Place = Place.parse(position);
    const client = deps.open(node);
    let page: Page;
    if ('bucket' in place) {
      const buckets = (await client.listBuckets()).filter((bucket) => deps.isOurs(bucket, node)).toSorted();
      page = await listed(deps, node, client, buckets, place, body.limit);
    } else page = await directed(deps, node, client, place.after, body.limit);
    const { compared, orphans, missing, next } = page;
    return {
      body: {
        nodeId: node.id,
        compared,
        orphans: [...orphans],
        missing: [...missing],
        next: next === undefined ? null : encodeCursor(OPERATOR, body.nodeId, next),
      },
    };
  };
