import * as z from 'zod';
import { type Clock, Instant, secondsAfter, toInstant } from '../../lib/runtime/clock.ts';
import { conflict, defineError, isError } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { nodeId } from './ids.ts';
import { inGroups } from './in-groups.ts';
import {
  bucketMissing,
  bucketNotEmpty,
  type NodeClient,
  nodeRefused,
  nodeUnavailable,
  type OpenNode,
} from './node-client.ts';
import { NodeState, type StorageNode } from './node.ts';
import type { SpaceStore } from './space.ts';
import { changedMeanwhile, moved, nodeNotFound, requireEpoch } from './transitions.ts';

export const nodeNotEmpty = defineError('node_not_empty', 409, 'Something is still on the node');

/** What was looked at before a node was forgotten, and what was there. It is kept with the system's items. */
export const RetirementProof = z.object({
  nodeId: nodeId.schema,
  name: z.string(),
  /** Of the directory: objects, and bytes taken on the node's slices. */
  placements: z.literal(0),
  takenBytes: z.literal(0),
  /** No URL to write to the node is valid since. */
  writableUntil: Instant.nullable(),
  /** Our buckets, each listed twice and found empty; they are removed. */
  buckets: z.array(z.string()),
  objects: z.literal(0),
  multiparts: z.literal(0),
  listedAt: z.array(Instant),
});
export type RetirementProof = z.output<typeof RetirementProof>;

export const retireNodeRoute = defineRoute({
  method: 'POST',
  path: '/v1/storage/nodes/{nodeId}/retire',
  summary: 'Forget an empty storage node for good, with a proof that nothing is on it',
  callers: ['operator'],
  ifMatch: 'required',
  params: z.strictObject({ nodeId: nodeId.schema }),
  response: z.object({ id: nodeId.schema, state: NodeState, proof: RetirementProof }),
  status: 200,
  errors: [nodeNotFound, nodeNotEmpty, conflict, nodeUnavailable],
});

interface Deps {
  readonly space: Pick<SpaceStore, 'node' | 'space' | 'placements' | 'changeNode'>;
  readonly open: OpenNode;
  /** Is it a bucket of a tenant, or of probes, on this node? */
  readonly isOurs: (bucket: string, node: StorageNode) => boolean;
  readonly keepProof: (proof: RetirementProof) => Promise<void>;
  readonly now: Clock;
}

/** What a refusal tells of what is there. */
const SHOWN = 10;

interface Found {
  readonly bucket: string;
  readonly objects: readonly string[];
  readonly multiparts: readonly string[];
}

const listBucket = async (client: NodeClient, bucket: string): Promise<Found> => {
  try {
    const [{ objects }, multiparts] = [
      await client.listObjects({ bucket, limit: SHOWN }),
      await client.listMultiparts(bucket),
    ];
    return { bucket, objects: objects.map(({ key }) => key), multiparts: multiparts.map(({ key }) => key) };
  } catch (error) {
    if (isError(error, bucketMissing)) return { bucket, objects: [], multiparts: [] };
    throw error;
  }
};

/** @throws node_not_empty with what is where */
const requireEmptyDirectory = async (space: Deps['space'], node: StorageNode): Promise<void> => {
  const [{ takenBytes, objects }, { items }] = await Promise.all([
    space.space(node.id),
    space.placements(node.id, { limit: SHOWN }),
  ]);
  if (takenBytes === 0 && objects === 0 && items.length === 0) return;
  throw nodeNotEmpty(
    `The directory still has ${objects} objects of ${takenBytes} bytes on ${node.name}. Drain it; what is deleted is gone as soon as no URL leads to it any more.`,
    {
      extensions: { objects, takenBytes, placements: items.map(({ bucket, key, state }) => ({ bucket, key, state })) },
    },
  );
};

/** @throws node_not_empty with what is where */
const requireEmptyBuckets = (node: StorageNode, found: readonly Found[]): void => {
  const full = found.filter(({ objects, multiparts }) => objects.length + multiparts.length > 0);
  if (full.length === 0) return;
  throw nodeNotEmpty(
    `The directory has nothing on ${node.name} any more, but ${full.length} of our buckets there are not empty. An orphan report says what that is; delete it on the node, then retire it again.`,
    { extensions: { buckets: full.slice(0, SHOWN) } },
  );
};

/** Of a node that never was in use, and may never have been there, nothing is to be removed. */
const ourBuckets = async (client: NodeClient, node: StorageNode, isOurs: Deps['isOurs']): Promise<string[]> => {
  try {
    return (await client.listBuckets()).filter((bucket) => isOurs(bucket, node));
  } catch (error) {
    if (node.state === 'joining' && (isError(error, nodeUnavailable) || isError(error, nodeRefused))) return [];
    throw error;
  }
};

const removeBucket = async (client: NodeClient, node: StorageNode, bucket: string): Promise<void> => {
  try {
    await client.removeBucket(bucket);
  } catch (error) {
    if (isError(error, bucketNotEmpty)) requireEmptyBuckets(node, [await listBucket(client, bucket)]);
    throw error;
  }
};

/**
 * Forgets a node when nothing is there: no placement, no byte taken, no URL to write to it, and our buckets list as empty
 * twice. The proof is kept before the node is forgotten; then the buckets are removed, which a store refuses when something
 * is in them. Asked again, it goes on with the buckets.
 */
export const retireNode =
  ({ space, open, isOurs, keepProof, now }: Deps): UseCase<typeof retireNodeRoute> =>
  async ({ params, ifMatch }) => {
    const node = await space.node(params.nodeId);
    if (node === undefined) throw nodeNotFound(`There is no storage node ${params.nodeId}.`);
    requireEpoch(node, ifMatch);
    const retired = node.state === 'retired' ? node : moved(node, { to: 'retired' }, now);
    await requireEmptyDirectory(space, node);
    const { lastGrantAt } = await space.space(node.id);
    const writableUntil = lastGrantAt === null ? null : secondsAfter(new Date(lastGrantAt), node.lifetimes.putSeconds);
    if (writableUntil !== null && writableUntil > toInstant(now()))
      throw nodeNotEmpty(`URLs that write to ${node.name} are valid until ${writableUntil}. Retire it after that.`, {
        extensions: { writableUntil },
      });

    const client = open(node);
    const buckets = await ourBuckets(client, node, isOurs);
    const listedAt: Instant[] = [];
    for (let listing = 0; listing < 2; listing += 1) {
      requireEmptyBuckets(node, await inGroups(buckets, (bucket) => listBucket(client, bucket)));
      listedAt.push(toInstant(now()));
    }
    const proof: RetirementProof = {
      nodeId: node.id,
      name: node.name,
      placements: 0,
      takenBytes: 0,
      writableUntil,
      buckets,
      objects: 0,
      multiparts: 0,
      listedAt,
    };
    if (node.state !== 'retired') {
      await keepProof(proof);
      if (!(await space.changeNode(node, retired))) throw changedMeanwhile(node);
    }
    await inGroups(buckets, (bucket) => removeBucket(client, node, bucket));
    return { body: { id: node.id, state: retired.state, proof }, version: retired.epoch };
  };
