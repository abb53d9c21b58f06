import * as z from 'zod';
import { type Item, type TenantDb, TransactionRefused, type Write } from '../../lib/runtime/db.ts';
import { defineError, idempotencyKeyReused } from '../../lib/runtime/errors.ts';
import type { NodeId } from './ids.ts';
import { NODE_SLICES, nodeKey, nodeNameKey, nodeSliceKey } from './keys.ts';
import { StorageNode } from './node.ts';
import { NodeSlice, sharesOf } from './node-slices.ts';
import type { SpaceStore } from './space.ts';

export const nodeNameTaken = defineError('node_name_taken', 409, 'Another node has this name');
export const capacityBelowUse = defineError('capacity_below_use', 409, 'More is taken than the capacity would be');

export type NodeStore = Pick<SpaceStore, 'nodes' | 'node' | 'createNode' | 'changeNode' | 'report' | 'space'>;

const ABSENT = { expression: 'attribute_not_exists(pk)' };
const SLICES = Array.from({ length: NODE_SLICES }, (_, slice) => slice);
/** Reservations that came between the reading of the slices and the change of their capacity. */
const ATTEMPTS = 10;

/** An update that sets these attributes. */
const setting = (attributes: Readonly<Record<string, unknown>>, condition: string, values: Item = {}) => {
  const names = Object.keys(attributes);
  return {
    update: `SET ${names.map((name, at) => `#a${at} = :a${at}`).join(', ')}`,
    condition,
    names: Object.fromEntries(names.map((name, at) => [`#a${at}`, name])),
    values: { ...Object.fromEntries(names.map((name, at) => [`:a${at}`, attributes[name]])), ...values },
  };
};

/** What a change sets: a report that was written meanwhile stays. */
const changedAttributes = (was: StorageNode, becomes: StorageNode): Item =>
  Object.fromEntries(
    Object.entries(becomes).filter(
      ([name, value]) =>
        JSON.stringify(value) !== JSON.stringify(Object.entries(was).find(([key]) => key === name)?.[1]),
    ),
  );

/** Nodes with their slices, as items of the system: `dynamoNodes(systemDb(client, STORAGE_TABLE))`. */
export const dynamoNodes = (db: TenantDb): NodeStore => {
  const slicesOf = async (id: NodeId): Promise<readonly NodeSlice[]> => {
    const { pk } = nodeSliceKey(id, 0);
    const { items } = await db.query({ pk, sk: { beginsWith: 's#' }, consistent: true });
    return z.array(NodeSlice).parse(items);
  };

  const slicesBecome = async (was: StorageNode, becomes: StorageNode): Promise<readonly Write[]> => {
    const open = becomes.state === 'active';
    if (becomes.capacityBytes === was.capacityBytes) {
      if ((was.state === 'active') === open) return [];
      return SLICES.map((slice) => ({
        update: nodeSliceKey(was.id, slice),
        with: setting({ open }, 'attribute_exists(pk)'),
      }));
    }
    const taken = (await slicesOf(was.id)).map(({ takenBytes }) => takenBytes);
    const shares = sharesOf(becomes.capacityBytes, taken);
    if (shares === undefined) {
      const use = taken.reduce((sum, bytes) => sum + bytes, 0);
      throw capacityBelowUse(
        `The node ${was.name} has ${use} bytes taken, ${use - becomes.capacityBytes} more than the capacity would be. Move objects away first, or choose a larger capacity.`,
        { extensions: { takenBytes: use, missingBytes: use - becomes.capacityBytes } },
      );
    }
    return shares.map((capacityBytes, slice) => ({
      update: nodeSliceKey(was.id, slice),
      with: setting({ open, capacityBytes }, 'takenBytes <= :fits', { ':fits': capacityBytes }),
    }));
  };

  return {
    nodes: async () => {
      const nodes: StorageNode[] = [];
      let after: Readonly<Record<string, string | number>> | undefined;
      do {
        const page = await db.query({ pk: 'nodes', consistent: true, ...(after === undefined ? {} : { after }) });
        nodes.push(...z.array(StorageNode).parse(page.items));
        after = page.last;
      } while (after !== undefined);
      return nodes;
    },

    node: async (id) => {
      const item = await db.get(nodeKey(id), { consistent: true });
      return item === undefined ? undefined : StorageNode.parse(item);
    },

    createNode: async (node, requestHash) => {
      const shares =
        sharesOf(
          node.capacityBytes,
          SLICES.map(() => 0),
        ) ?? [];
      const open = node.state === 'active';
      try {
        await db.transact([
          { put: { ...nodeKey(node.id), ...node, requestHash }, condition: ABSENT },
          { put: { ...nodeNameKey(node.name), nodeId: node.id }, condition: ABSENT },
          ...shares.map((capacityBytes, slice) => ({
            put: {
              ...nodeSliceKey(node.id, slice),
              ...({ capacityBytes, takenBytes: 0, objects: 0, open, lastGrantAt: null } satisfies NodeSlice),
            },
            condition: ABSENT,
          })),
        ]);
        return true;
      } catch (error) {
        if (!(error instanceof TransactionRefused)) throw error;
        const [there, named] = error.reasons.map(({ item }) => item);
        if (there === undefined && named !== undefined)
          throw nodeNameTaken(`Another node is called ${node.name}. Choose another name, or retire that node.`);
        if (there?.['requestHash'] === requestHash) return false;
        if (there === undefined) throw error;
        throw idempotencyKeyReused('This Idempotency-Key was used before with another request. Use a new key.');
      }
    },

    changeNode: async (was, becomes) => {
      const node: Write = {
        update: nodeKey(was.id),
        with: setting(changedAttributes(was, becomes), 'epoch = :was', { ':was': was.epoch }),
      };
      const name: readonly Write[] = becomes.state === 'retired' ? [{ delete: nodeNameKey(was.name) }] : [];
      for (let attempt = 1; ; attempt += 1) {
        try {
          await db.transact([node, ...(await slicesBecome(was, becomes)), ...name]);
          return true;
        } catch (error) {
          if (!(error instanceof TransactionRefused)) throw error;
          if (error.reasons[0]?.failed === true) return false;
          if (attempt === ATTEMPTS) throw error;
        }
      }
    },

    report: async (id, found) => {
      await db.update(nodeKey(id), setting({ ...found }, 'attribute_exists(pk)'));
    },

    space: async (id) => {
      const slices = await slicesOf(id);
      const sum = (of: (slice: NodeSlice) => number) => slices.reduce((total, slice) => total + of(slice), 0);
      const grants = slices.flatMap(({ lastGrantAt }) => (lastGrantAt === null ? [] : [lastGrantAt])).toSorted();
      return {
        capacityBytes: sum(({ capacityBytes }) => capacityBytes),
        takenBytes: sum(({ takenBytes }) => takenBytes),
        objects: sum(({ objects }) => objects),
        lastGrantAt: grants.at(-1) ?? null,
      };
    },
  };
};
