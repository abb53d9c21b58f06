import { describe, expect, it } from 'vitest';
import { nodeSliceKey } from '../../functions/storage/keys.ts';
import { sharesOf } from '../../functions/storage/node-slices.ts';
import { aNode, nodeTable } from './node-fixtures.ts';

const node = aNode();

/** A node of which one slice has bytes taken. */
const withTaken = async (takenBytes: number) => {
  const { db, nodes } = nodeTable();
  await nodes.createNode(node, 'hash');
  await db.update(nodeSliceKey(node.id, 7), { update: 'SET takenBytes = :taken', values: { ':taken': takenBytes } });
  return { db, nodes };
};

describe('nodes in the table', () => {
  it('are made with their space, and found', async () => {
    const { nodes } = nodeTable();
    expect(await nodes.createNode(node, 'hash')).toBe(true);
    expect(await nodes.node(node.id)).toEqual(node);
    expect(await nodes.nodes()).toEqual([node]);
    expect(await nodes.space(node.id)).toEqual({ capacityBytes: 3200, takenBytes: 0, objects: 0, lastGrantAt: null });
  });

  it('are made once for a request, and once for a name', async () => {
    const { nodes } = nodeTable();
    await nodes.createNode(node, 'hash');
    expect(await nodes.createNode(node, 'hash')).toBe(false);
    await expect(nodes.createNode(node, 'other')).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    const same = { ...aNode({ name: 'another' }), name: node.name };
    await expect(nodes.createNode(same, 'hash')).rejects.toMatchObject({ code: 'node_name_taken' });
  });

  it('free their name when they are retired', async () => {
    const { nodes } = nodeTable();
    await nodes.createNode(node, 'hash');
    await nodes.changeNode(node, { ...node, state: 'retired', epoch: 2 });
    const same = { ...aNode({ name: 'another' }), name: node.name };
    expect(await nodes.createNode(same, 'hash')).toBe(true);
  });

  it('change for the first of two who read the same epoch', async () => {
    const { nodes } = nodeTable();
    await nodes.createNode(node, 'hash');
    const changes = ['first', 'second'].map((zone) => nodes.changeNode(node, { ...node, zone, epoch: 2 }));
    expect((await Promise.all(changes)).toSorted()).toEqual([false, true]);
  });

  it('have slices that are open while the node is active, and only then', async () => {
    const { db, nodes } = nodeTable();
    await nodes.createNode(node, 'hash');
    const isOpen = async () => (await db.get(nodeSliceKey(node.id, 31)))?.['open'];
    expect(await isOpen()).toBe(false);
    const active = { ...node, state: 'active' as const, epoch: 2 };
    await nodes.changeNode(node, active);
    expect(await isOpen()).toBe(true);
    await nodes.changeNode(active, { ...active, state: 'down', before: 'active', epoch: 3 });
    expect(await isOpen()).toBe(false);
  });

  it('keep a report that comes between the reading and the change of a node', async () => {
    const { nodes } = nodeTable();
    await nodes.createNode(node, 'hash');
    await nodes.report(node.id, { failures: 2, accepting: false });
    await nodes.changeNode(node, { ...node, weight: 50, epoch: 2 });
    expect(await nodes.node(node.id)).toMatchObject({ weight: 50, failures: 2, accepting: false, epoch: 2 });
  });

  it('get another capacity around what is taken, however it lies in the slices', async () => {
    const { nodes } = await withTaken(90);
    expect(await nodes.changeNode(node, { ...node, capacityBytes: 90, epoch: 2 })).toBe(true);
    expect(await nodes.space(node.id)).toMatchObject({ capacityBytes: 90, takenBytes: 90 });
  });

  it('get no capacity below what is taken, and it is said how much is missing', async () => {
    const { nodes } = await withTaken(90);
    await expect(nodes.changeNode(node, { ...node, capacityBytes: 60, epoch: 2 })).rejects.toMatchObject({
      code: 'capacity_below_use',
      extensions: { takenBytes: 90, missingBytes: 30 },
    });
    expect(await nodes.node(node.id)).toMatchObject({ capacityBytes: 3200, epoch: 1 });
  });
});

describe('a capacity', () => {
  it('is divided to the last byte', () => {
    expect(sharesOf(11, [0, 5, 0])).toEqual([2, 7, 2]);
    expect(sharesOf(5, [0, 5, 0])).toEqual([0, 5, 0]);
    expect(sharesOf(4, [0, 5, 0])).toBeUndefined();
  });
});
