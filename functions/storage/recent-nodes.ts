import type { Clock } from '../../lib/runtime/clock.ts';
import type { NodeId } from './ids.ts';
import { nodeUnavailable } from './node-client.ts';
import type { StorageNode } from './node.ts';
import type { SpaceStore } from './space.ts';

/** A node's address and state change seldom; what has changed is known everywhere within so long. */
const RECENT_MS = 5000;

/** A node as it was a moment ago. @throws node_unavailable when there is none */
export type RecentNode = (id: NodeId) => Promise<StorageNode>;

/** Reads a node at most once in five seconds. What must be exact about a node is a condition of a write. */
export const recentNodes = (space: Pick<SpaceStore, 'node'>, now: Clock): RecentNode => {
  const known = new Map<NodeId, { readonly node: StorageNode; readonly readAt: number }>();
  return async (id) => {
    const at = now().getTime();
    const recent = known.get(id);
    if (recent !== undefined && at - recent.readAt < RECENT_MS) return recent.node;
    const node = await space.node(id);
    if (node === undefined) throw nodeUnavailable(`The storage node of this file is not known. Tell the operator.`);
    known.set(id, { node, readAt: at });
    return node;
  };
};
