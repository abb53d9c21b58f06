import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { AppError, defineError } from '../../lib/runtime/errors.ts';
import type { NodeStore } from './dynamo-node-store.ts';
import type { Capabilities, NodeReport, StorageNode } from './node.ts';

export const nodeUnfit = defineError('node_unfit', 422, 'The node does not do what a storage node must');

/** What a full probe found: what the node can, how far its clock is ahead, and why it cannot be used. */
export interface Probed {
  readonly capabilities: Capabilities;
  readonly skewMs: number;
  /** For people; none of a node that is fit. */
  readonly problems: readonly string[];
}
export type ProbeNode = (node: StorageNode) => Promise<Probed>;

/**
 * Probes a node that is to be used.
 * @throws node_unfit with every reason that was found
 */
export const fitNode = async (
  probe: ProbeNode,
  nodes: Pick<NodeStore, 'space'>,
  node: StorageNode,
  now: Clock,
): Promise<{ readonly capabilities: Capabilities; readonly report: NodeReport }> => {
  const { capabilities, skewMs, problems } = await probe(node).catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error;
    throw unfit(node, [error.message]);
  });
  if (problems.length > 0) throw unfit(node, problems);
  const { takenBytes, objects } = await nodes.space(node.id);
  return { capabilities, report: { at: toInstant(now()), takenBytes, objects, skewMs } };
};

const unfit = (node: StorageNode, problems: readonly string[]) =>
  nodeUnfit(
    `The node ${node.name} at ${node.endpoint} cannot be used: ${problems.join(' ')} See to it, then try again.`,
    {
      extensions: { problems },
    },
  );
