import { createHash } from 'node:crypto';
import { key } from '../../lib/runtime/keys.ts';
import type { DrainId, NodeId, PlacementId } from './ids.ts';

/** Keys of the system's items around drains, as `systemDb` sees them. */
export const drainKey = (id: DrainId) => ({ pk: key('drain', id), sk: 'drain' });
/** The newest drain of a node, also after its end. */
export const nodeDrainKey = (id: NodeId) => ({ pk: key('node', id), sk: 'drain' });

/** What a drain has moved is counted in the transactions of the flips: in slices, so that they do not queue for one item. */
export const PROGRESS_SLICES = 16;
const sliceOf = (id: PlacementId) => createHash('sha256').update(id).digest()[0] ?? 0;
export const progressKey = (id: DrainId, slice: number) => ({ pk: key('drain', id), sk: key('p', slice) });
export const progressKeyOf = (id: DrainId, moved: PlacementId) => progressKey(id, sliceOf(moved) % PROGRESS_SLICES);
/** Bytes a second of a pool's last drain, for the estimate of the next. */
export const rateKey = (pool: string) => ({ pk: 'drain-rates', sk: pool });
/** The proof that a node was empty when it was forgotten. */
export const retirementKey = (id: NodeId) => ({ pk: 'retirements', sk: id });
