import * as z from 'zod';
import { nodeId } from './ids.ts';
import type { StorageNode } from './node.ts';
import type { Space } from './space.ts';

/** What a drain would do, by sums that were read consistently. */
export const DrainPlan = z.object({
  /** On the node, with what is garbage already: an upper bound of what is to be moved. */
  objects: z.int().min(0),
  bytes: z.int().min(0),
  /** Free on the nodes that can take it. */
  roomBytes: z.int().min(0),
  /** 0: there is room. */
  missingBytes: z.int().min(0),
  targets: z.array(z.object({ nodeId: nodeId.schema, name: z.string(), freeBytes: z.int().min(0) })),
  /** By the rate of the pool's last drain; null when there was none. */
  seconds: z.int().min(0).nullable(),
});
export type DrainPlan = z.output<typeof DrainPlan>;

/** A report that is older says too little of a node to send objects there. */
const REPORT_SECONDS = 300;

/** Can this node take objects of that one? */
export const isTargetFor = (drained: StorageNode, other: StorageNode, now: Date): boolean =>
  other.id !== drained.id &&
  other.pool === drained.pool &&
  other.state === 'active' &&
  other.report !== null &&
  now.getTime() - Date.parse(other.report.at) <= REPORT_SECONDS * 1000;

export const planDrain = (
  space: Space,
  others: readonly { readonly node: StorageNode; readonly space: Space }[],
  bytesPerSecond: number | null,
): DrainPlan => {
  const targets = others
    .map(({ node, space: { capacityBytes, takenBytes } }) => ({
      nodeId: node.id,
      name: node.name,
      freeBytes: Math.max(0, capacityBytes - takenBytes),
    }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const roomBytes = targets.reduce((sum, { freeBytes }) => sum + freeBytes, 0);
  return {
    objects: space.objects,
    bytes: space.takenBytes,
    roomBytes,
    missingBytes: Math.max(0, space.takenBytes - roomBytes),
    targets,
    seconds: bytesPerSecond === null ? null : Math.ceil(space.takenBytes / bytesPerSecond),
  };
};
