import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import type { NodeStore } from './dynamo-node-store.ts';
import type { NodeId } from './ids.ts';
import type { NodeReport, NodeState, StorageNode } from './node.ts';
import { moved } from './transitions.ts';

/** Failures in a row that take a node down. */
const FAILURES_UNTIL_DOWN = 3;
/** A node takes no more above the first part of its capacity, and takes again below the second. */
export const HIGH_WATER = 0.85;
const LOW_WATER = 0.8;

/** Nodes that are in use, so that it matters whether they answer. */
const IN_USE: ReadonlySet<NodeState> = new Set(['active', 'read-only', 'draining']);

/** Between the marks a node goes on as it was, or each report would turn it over. */
export const acceptingAfter = (
  before: boolean,
  { takenBytes, capacityBytes }: { readonly takenBytes: number; readonly capacityBytes: number },
): boolean => takenBytes < capacityBytes * (before ? HIGH_WATER : LOW_WATER);

export interface NodeHealth {
  /** Counts a failure; the third in a row takes the node down. */
  failed(node: StorageNode): Promise<'counted' | 'down' | 'unused'>;
  /** Keeps what a good probe saw; a node that was down is back. `hasRoom` is false when it said that it is full. */
  answered(node: StorageNode, seen: { readonly skewMs: number; readonly hasRoom: boolean }): Promise<'well' | 'back'>;
}

/**
 * The breaker of the nodes. Each of its moves is conditional on the epoch of the node as it was read: when an operator was
 * faster, nothing happens, and the next probe looks again.
 */
export const nodeHealth = ({ nodes, now }: { readonly nodes: NodeStore; readonly now: Clock }): NodeHealth => ({
  failed: async (node) => {
    if (!IN_USE.has(node.state) && node.state !== 'down') return 'unused';
    const failures = node.failures + 1;
    await nodes.report(node.id, { failures });
    if (node.state === 'down' || failures < FAILURES_UNTIL_DOWN) return 'counted';
    return (await nodes.changeNode(node, moved(node, { to: 'down' }, now))) ? 'down' : 'counted';
  },

  answered: async (node, { skewMs, hasRoom }) => {
    const { takenBytes, objects, capacityBytes } = await nodes.space(node.id);
    const report: NodeReport = { at: toInstant(now()), takenBytes, objects, skewMs };
    const accepting = hasRoom && acceptingAfter(node.accepting, { takenBytes, capacityBytes });
    await nodes.report(node.id, { report, accepting, failures: 0 });
    if (node.state !== 'down' || node.before === null) return 'well';
    return (await nodes.changeNode(node, moved(node, { to: node.before }, now))) ? 'back' : 'well';
  },
});

/** For whoever saw a node fail while using it. */
export const failureReports =
  (nodes: NodeStore, health: Pick<NodeHealth, 'failed'>) =>
  async (id: NodeId): Promise<void> => {
    const node = await nodes.node(id);
    if (node !== undefined) await health.failed(node);
  };
