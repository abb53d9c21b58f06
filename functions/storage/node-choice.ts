import type { Clock, Instant } from '../../lib/runtime/clock.ts';
import type { NodeId } from './ids.ts';
import type { StorageNode } from './node.ts';
import { selectNode, type Wanted, whyNone } from './selector.ts';
import type { SpaceStore } from './space.ts';

/** How old the list of nodes may be. Wrong by then is only the choice: what counts are the conditions of the reservation. */
const LIST_SECONDS = 5;
/** Nodes that are asked consistently how full they are, before an object is refused. */
const LOOKED_AT = 32;

export type Wish = Pick<Wanted, 'bytes' | 'pool'> & { readonly except: readonly NodeId[] };

/** The choice of nodes in one instance: what it remembers of them for a few seconds, and what it gave since their reports. */
export interface NodeChoice {
  choose(wish: Wish): Promise<StorageNode | undefined>;
  /** The same over the nodes as they are now, each with the sum of its slices. The text says why there is none. */
  look(wish: Wish): Promise<StorageNode | string>;
  /** These bytes were reserved on the node. */
  gave(node: StorageNode, bytes: number): void;
  /** The nodes are not as they are remembered. */
  forget(): void;
}

export interface NodeChoiceDeps {
  readonly space: Pick<SpaceStore, 'nodes' | 'space'>;
  readonly now: Clock;
  readonly random: () => number;
}

export const nodeChoice = ({ space, now, random }: NodeChoiceDeps): NodeChoice => {
  let list: { readonly nodes: readonly StorageNode[]; readonly until: number } | undefined;
  const given = new Map<NodeId, { readonly since: Instant; readonly bytes: number }>();
  const givenOn = ({ id, report }: Pick<StorageNode, 'id' | 'report'>): number => {
    const known = given.get(id);
    return known !== undefined && known.since === report?.at ? known.bytes : 0;
  };
  const read = async (): Promise<readonly StorageNode[]> => {
    const nodes = await space.nodes();
    list = { nodes, until: now().getTime() + LIST_SECONDS * 1000 };
    return nodes;
  };
  const recent = async (): Promise<readonly StorageNode[]> =>
    list !== undefined && now().getTime() < list.until ? list.nodes : read();

  const choice: NodeChoice = {
    choose: async ({ except, ...wish }) =>
      selectNode(await recent(), { ...wish, except: new Set(except) }, { now: now(), random, given: givenOn }),

    look: async ({ except, ...wish }) => {
      const nodes = await read();
      const wanted = { ...wish, except: new Set(except) };
      const mayTake = nodes
        .filter((node) => node.pool === wish.pool && node.state === 'active' && !wanted.except.has(node.id))
        .toSorted(
          (a, b) => b.capacityBytes - (b.report?.takenBytes ?? 0) - a.capacityBytes + (a.report?.takenBytes ?? 0),
        )
        .slice(0, LOOKED_AT);
      const seen = await Promise.all(
        mayTake.map(async (node) => {
          if (node.report === null) return node;
          const { capacityBytes, takenBytes } = await space.space(node.id);
          return { ...node, capacityBytes, report: { ...node.report, takenBytes } };
        }),
      );
      return selectNode(seen, wanted, { now: now(), random }) ?? whyNone(nodes, wanted, now());
    },

    gave: (node, bytes) => {
      if (node.report !== null) given.set(node.id, { since: node.report.at, bytes: givenOn(node) + bytes });
    },
    forget: () => {
      list = undefined;
    },
  };
  return choice;
};
