import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { AppError, defineError } from '../../lib/runtime/errors.ts';
import type { NodeStore } from './dynamo-node-store.ts';
import type { Capabilities, NodeReport, StorageNode } from './node.ts';
import type { ProbeReport } from './probe.ts';

export const nodeUnfit = defineError('node_unfit', 422, 'The node does not do what a storage node must');

export type ProbeNode = (node: StorageNode) => Promise<ProbeReport>;

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
  const found = await probe(node).catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error;
    throw unfit(node, [error.message]);
  });
  if (!found.ok)
    throw unfit(
      node,
      found.failed.map(({ reason }) => reason),
    );
  const { takenBytes, objects } = await nodes.space(node.id);
  const report = { at: toInstant(now()), takenBytes, objects, skewMs: found.skewMs };
  return { capabilities: found.capabilities, report };
};

const unfit = (node: StorageNode, problems: readonly string[]) =>
  nodeUnfit(
    `The node ${node.name} at ${node.endpoint} cannot be used: ${problems.join(' ')} See to it, then try again.`,
    {
      extensions: { problems },
    },
  );
