import { type Clock, secondsAfter, toInstant } from '../../lib/runtime/clock.ts';
import { AppError } from '../../lib/runtime/errors.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { FileStore } from './file-store.ts';
import type { FileVersion, Placement } from './model.ts';
import type { OpenNode } from './node-client.ts';
import { DEFAULT_LIFETIMES, graceSeconds } from './node.ts';
import type { Due, SpaceStore } from './space.ts';
import { MAX_SINGLE_BYTES } from './upload-plan.ts';

/** Due items that are asked for at once, and worked on at once. */
const PAGE = 200;
const AT_ONCE = 16;
/** Garbage of a node that does not answer, or does not let go of it, is tried again after so long. */
const POSTPONED_SECONDS = 300;

export interface SweepDeps {
  readonly space: Pick<SpaceStore, 'due' | 'node' | 'placement' | 'discard' | 'postpone' | 'release'>;
  readonly files: (tenant: TenantId) => Pick<FileStore, 'upload' | 'end' | 'settled' | 'version'>;
  readonly forget: (tenant: TenantId, version: FileVersion) => Promise<void>;
  readonly openNode: OpenNode;
  /** Larger objects may be uploads in parts, of which something may be left: 64 MiB unless it is said. */
  readonly maxSingleBytes?: number;
  readonly now: Clock;
  /** What could not be done, one item after the other; the others go on. */
  readonly onFailure: (due: Due, error: unknown) => void;
}

/** What became of an item. `idle`: the index was late, there is nothing to do any more. */
const OUTCOMES = ['expired', 'discarded', 'removed', 'postponed', 'idle', 'failed'] as const;
type Outcome = (typeof OUTCOMES)[number];
export type Swept = Readonly<Record<Outcome, number>>;

/** An upload whose time is over ends, its quota is free at once; its bytes are garbage when no URL leads to it any more. */
const sweepUpload = async (
  { files, space, now }: SweepDeps,
  { tenant, uploadId }: Due & { readonly kind: 'upload' },
): Promise<Outcome> => {
  const store = files(tenant);
  const upload = await store.upload(uploadId);
  const at = toInstant(now());
  if (upload === undefined || upload.state === 'completed') return 'idle';
  if (upload.state === 'open') {
    if (upload.expiresAt > at) return 'idle';
    // Completed at this very moment: that is for the next run to see.
    if (!(await store.end(upload, 'expired', at))) return 'idle';
  }
  const { nodeId, placementId } = upload.place;
  await space.discard(nodeId, placementId, upload.urlsEndAt > at ? upload.urlsEndAt : at);
  await store.settled(upload.id);
  return upload.state === 'open' ? 'expired' : 'discarded';
};

/** The object of a version that was given up is garbage as soon as nobody can be reading it; then its entry goes. */
const sweepVersion = async (
  { files, space, forget, now }: SweepDeps,
  { tenant, fileId, number }: Due & { readonly kind: 'version' },
): Promise<Outcome> => {
  const version = await files(tenant).version(fileId, number);
  if (version?.state !== 'deleted') return 'idle';
  const { nodeId, placementId } = version.place;
  const node = await space.node(nodeId);
  const grace = graceSeconds(node?.lifetimes ?? DEFAULT_LIFETIMES);
  await space.discard(nodeId, placementId, secondsAfter(now(), grace));
  await forget(tenant, version);
  return 'discarded';
};

/** Everything of one object on its node. True: nothing of it is left there. */
const removeObject = async (
  openNode: ReturnType<OpenNode>,
  placement: Placement,
  maxSingleBytes = MAX_SINGLE_BYTES,
): Promise<boolean> => {
  const { bucket, key, multipart, bytes } = placement;
  if (multipart !== null) await openNode.abortMultipart({ bucket, key, multipart });
  // One that was begun and never written down, because whoever began it was cut off.
  if (multipart !== null || bytes > maxSingleBytes) {
    for (const found of await openNode.listMultiparts(bucket))
      if (found.key === key) await openNode.abortMultipart({ bucket, key, multipart: found.multipart });
  }
  await openNode.remove({ bucket, key });
  return (await openNode.head({ bucket, key })) === undefined;
};

/** Garbage leaves its node; only when the node says that it is gone, its bytes are free. */
const sweepPlacement = async (
  { space, openNode, maxSingleBytes, now }: SweepDeps,
  { nodeId, placementId }: Due & { readonly kind: 'placement' },
): Promise<Outcome> => {
  const placement = await space.placement(nodeId, placementId);
  if (placement?.state !== 'garbage' || placement.dueAt === null || placement.dueAt > toInstant(now())) return 'idle';
  const later = () => space.postpone(nodeId, placementId, secondsAfter(now(), POSTPONED_SECONDS));
  try {
    const node = await space.node(nodeId);
    if (node === undefined) throw new Error(`The node ${nodeId} of the placement ${placementId} is not known`);
    if (node.state === 'down' || !(await removeObject(openNode(node), placement, maxSingleBytes))) {
      await later();
      return 'postponed';
    }
  } catch (error) {
    // It makes way for what is due behind it.
    await later();
    // The node's own trouble, which its probes see, too.
    if (error instanceof AppError && error.status === 503) return 'postponed';
    throw error;
  }
  await space.release(placement);
  return 'removed';
};

const sweepOne = (deps: SweepDeps, due: Due): Promise<Outcome> => {
  switch (due.kind) {
    case 'upload':
      return sweepUpload(deps, due);
    case 'version':
      return sweepVersion(deps, due);
    case 'placement':
      return sweepPlacement(deps, due);
  }
};

/**
 * Ends what is due, as long as `goesOn` says: uploads whose time is over, versions that were given up, garbage. Each step may
 * be the last of an invocation: whatever is left is still due, and done again it changes nothing.
 */
export const sweep =
  (deps: SweepDeps) =>
  async (goesOn: () => boolean): Promise<Swept> => {
    const counts: Record<Outcome, number> = { expired: 0, discarded: 0, removed: 0, postponed: 0, idle: 0, failed: 0 };
    // The index is late with what was just done.
    const seen = new Set<string>();
    for (;;) {
      const found = await deps.space.due(deps.now(), PAGE);
      const fresh = found.filter((due) => !seen.has(JSON.stringify(due)));
      if (fresh.length === 0) return counts;
      for (let start = 0; start < fresh.length; start += AT_ONCE) {
        if (!goesOn()) return counts;
        const batch = fresh.slice(start, start + AT_ONCE);
        for (const due of batch) seen.add(JSON.stringify(due));
        const outcomes = await Promise.all(
          batch.map((due) =>
            sweepOne(deps, due).catch((error: unknown): Outcome => {
              deps.onFailure(due, error);
              return 'failed';
            }),
          ),
        );
        for (const outcome of outcomes) counts[outcome] += 1;
      }
    }
  };
