import type { NodeStore } from './dynamo-node-store.ts';
import type { Checked } from './check-node.ts';
import type { NodeHealth } from './node-health.ts';
import type { NodeState, StorageNode } from './node.ts';

const WATCHED: ReadonlySet<NodeState> = new Set(['active', 'read-only', 'draining', 'down']);
/** Nodes that are looked at together. */
const AT_ONCE = 32;

export interface ProbeNodesDeps {
  readonly nodes: NodeStore;
  /** @throws when the node is not fit for use */
  readonly check: (node: StorageNode) => Promise<Checked>;
  readonly health: NodeHealth;
  /** For whoever reads the log. */
  readonly tell: (node: StorageNode, message: string, error?: unknown) => void;
}

/** Looks at every node that is in use or down: keeps what it sees, takes nodes down and brings them back. */
export const probeNodes = ({ nodes, check, health, tell }: ProbeNodesDeps) => {
  const probe = async (node: StorageNode) => {
    const seen = await check(node).catch((error: unknown) => {
      tell(node, `The node ${node.name} failed its probe`, error);
    });
    const outcome = seen === undefined ? await health.failed(node) : await health.answered(node, seen);
    if (outcome === 'down') tell(node, `The node ${node.name} is down: it failed several times in a row`);
    if (outcome === 'back') tell(node, `The node ${node.name} is back`);
    return outcome;
  };
  return async (): Promise<Readonly<Record<string, number>>> => {
    const watched = (await nodes.nodes()).filter(({ state }) => WATCHED.has(state));
    const outcomes: string[] = [];
    for (let start = 0; start < watched.length; start += AT_ONCE)
      outcomes.push(...(await Promise.all(watched.slice(start, start + AT_ONCE).map(probe))));
    const count = (wanted: string) => outcomes.filter((outcome) => outcome === wanted).length;
    return { well: count('well'), back: count('back'), failed: count('counted'), down: count('down') };
  };
};
