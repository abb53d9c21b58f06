import type * as z from 'zod';
import { type Clock, secondsAfter, toInstant } from '../../lib/runtime/clock.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { Reserve } from './calls.ts';
import type { QuotaStore } from './dynamo-quotas.ts';
import type { Placement, Upload } from './model.ts';
import type { NodeId, PlacementId, UploadId } from './ids.ts';
import { objectKey } from './keys.ts';
import type { NodeChoice, Wish } from './node-choice.ts';
import type { StorageNode } from './node.ts';
import type { SpaceStore } from './space.ts';

/** So many nodes that are full or closed by now are tried, before the nodes are looked at consistently; then as many again. */
const CANDIDATES = 3;
/** How long an upload may take: one request, or many parts. */
const SINGLE_SECONDS = 3600;
const PARTS_SECONDS = 24 * 3600;
/** How long the tenant's pool is remembered. */
const POOL_SECONDS = 60;
const REMEMBERED_POOLS = 10_000;

export interface ReserveDeps {
  readonly space: Pick<SpaceStore, 'reserve'>;
  readonly choice: NodeChoice;
  readonly quotas: (tenant: TenantId) => Pick<QuotaStore, 'ensure'>;
  readonly upload: (tenant: TenantId, id: UploadId) => Promise<Upload | undefined>;
  readonly bucketOf: (tenant: TenantId, node: NodeId) => string;
  readonly newPlacementId: () => PlacementId;
  readonly now: Clock;
}

const rememberPools = (quotas: ReserveDeps['quotas'], now: Clock) => {
  const pools = new Map<TenantId, { readonly pool: string; readonly until: number }>();
  return async (tenant: TenantId): Promise<string> => {
    const known = pools.get(tenant);
    if (known !== undefined && now().getTime() < known.until) return known.pool;
    const { pool } = await quotas(tenant).ensure();
    if (pools.size >= REMEMBERED_POOLS) pools.clear();
    pools.set(tenant, { pool, until: now().getTime() + POOL_SECONDS * 1000 });
    return pool;
  };
};

/** Nodes one after the other: three as they are remembered, then three as they are; the text says why there is none left. */
async function* candidates(choice: NodeChoice, wish: Omit<Wish, 'except'>, except: readonly NodeId[]) {
  const tried = [...except];
  for (let attempt = 0; attempt < CANDIDATES; attempt += 1) {
    const node = await choice.choose({ ...wish, except: tried });
    if (node === undefined) break;
    yield node;
    tried.push(node.id);
    choice.forget();
  }
  for (let attempt = 0; attempt < CANDIDATES; attempt += 1) {
    const node = await choice.look({ ...wish, except: tried });
    yield node;
    if (typeof node === 'string') return;
    tried.push(node.id);
  }
  yield 'The storage nodes that have room are wanted by too many uploads.';
}

type Input = z.output<typeof Reserve.input>;

const placementOn = (
  { fileId, number, size, uploadId }: Input,
  tenant: TenantId,
  node: StorageNode,
  { bucketOf, newPlacementId, now }: ReserveDeps,
): Omit<Placement, 'draws'> => {
  const placementId = newPlacementId();
  return {
    placementId,
    nodeId: node.id,
    bucket: bucketOf(tenant, node.id),
    key: objectKey(fileId, number, placementId),
    tenant,
    fileId,
    version: number,
    bytes: size,
    uploadId,
    from: null,
    multipart: null,
    state: 'live',
    dueAt: null,
    createdAt: toInstant(now()),
  };
};

const uploadAt = (
  { uploadId, except: _, ...facts }: Input,
  { placementId, nodeId, bucket, key }: Omit<Placement, 'draws'>,
  traceId: string,
  now: Date,
): Omit<Upload, 'quotaDraws'> => {
  const isSingle = facts.parts === 0;
  const expiresAt = secondsAfter(now, isSingle ? SINGLE_SECONDS : PARTS_SECONDS);
  return {
    ...facts,
    id: uploadId,
    state: 'open',
    place: { placementId, nodeId, bucket, key },
    multipart: null,
    // The one URL may be signed anew as long as the upload is open; URLs of parts are told as they are given out.
    urlsEndAt: isSingle ? expiresAt : toInstant(now),
    expiresAt,
    createdAt: toInstant(now),
    traceId,
  };
};

/** The call `reserve`. */
export const reserve = (deps: ReserveDeps) => {
  const { space, choice, quotas, upload: stored, now } = deps;
  const poolOf = rememberPools(quotas, now);
  return async (
    { tenant, traceId }: { readonly tenant: TenantId; readonly traceId: string },
    input: Input,
  ): Promise<z.output<typeof Reserve.output>> => {
    const wish = { bytes: input.size, pool: await poolOf(tenant) };
    for await (const node of candidates(choice, wish, input.except)) {
      if (typeof node === 'string') {
        const upload = await stored(tenant, input.uploadId);
        if (upload !== undefined) return { status: 'reserved', upload, replayed: true };
        // The reason that the tenant can do something about comes first.
        const { quotaBytes, takenBytes } = await quotas(tenant).ensure();
        return quotaBytes - takenBytes < input.size
          ? { status: 'quota_exceeded', limitBytes: quotaBytes, takenBytes }
          : { status: 'no_space', detail: node };
      }
      const placement = placementOn(input, tenant, node, deps);
      const upload = uploadAt(input, placement, traceId, now());
      const outcome = await space.reserve(placement, upload);
      switch (outcome.status) {
        case 'reserved':
          choice.gave(node, input.size);
          return { status: 'reserved', upload: { ...upload, quotaDraws: [...outcome.quotaDraws] }, replayed: false };
        case 'quota_exceeded':
          return outcome;
        case 'exists': {
          const existing = await stored(tenant, input.uploadId);
          if (existing === undefined) throw new Error(`The upload ${input.uploadId} was there and is gone`);
          return { status: 'reserved', upload: existing, replayed: true };
        }
        case 'node_full':
        case 'node_closed':
      }
    }
    throw new Error('unreachable: the last candidate is a text');
  };
};
