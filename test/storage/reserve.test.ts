import { describe, expect, it } from 'vitest';
import { bucketOf } from '../../functions/storage/buckets.ts';
import { Reserve } from '../../functions/storage/calls.ts';
import { dynamoQuotas } from '../../functions/storage/dynamo-quotas.ts';
import { Upload } from '../../functions/storage/model.ts';
import { placementId } from '../../functions/storage/ids.ts';
import { uploadKey } from '../../functions/storage/keys.ts';
import { nodeChoice } from '../../functions/storage/node-choice.ts';
import type { StorageNode } from '../../functions/storage/node.ts';
import { reserve } from '../../functions/storage/reserve.ts';
import { secondsAfter } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { nodeOf, NOW, seeded, SHOP, spaceWorld, sumOf, wantedOn } from './space-world.ts';

/** The selector over a table in memory; `seconds` moves its clock. */
const selector = async (...nodes: readonly StorageNode[]) => {
  const world = spaceWorld();
  const { space, client, table } = world;
  for (const node of nodes) await space.createNode(node, 'hash');
  let time = new Date(NOW);
  let lists = 0;
  let ids = 0;
  const counted = {
    ...space,
    nodes: () => {
      lists += 1;
      return space.nodes();
    },
  };
  const random = seeded(3);
  const now = () => time;
  const db = tenantDb(client, table);
  const call = reserve({
    space: counted,
    choice: nodeChoice({ space: counted, now, random }),
    quotas: (tenant) => dynamoQuotas(db(tenant)),
    upload: async (tenant, id) => {
      const item = await db(tenant).get(uploadKey(id), { consistent: true });
      return item === undefined ? undefined : Upload.parse(item);
    },
    bucketOf: (tenant, node) => bucketOf('test', tenant, node),
    newPlacementId: () => placementId.derive(String((ids += 1))),
    now,
  });
  return {
    ...world,
    lists: () => lists,
    pass: (seconds: number) => (time = new Date(time.getTime() + seconds * 1000)),
    ask: (name: string, size: number, except: readonly StorageNode[] = [], parts = 0) => {
      const { id: uploadId, state: _, ...upload } = wantedOn(nodeOf('any').id, name, size).upload;
      const input = Reserve.input.parse({ ...upload, uploadId, parts, except: except.map(({ id }) => id) });
      return call({ tenant: SHOP, traceId: 'trace' }, input);
    },
  };
};

const one = nodeOf('one');
const two = nodeOf('two');
const three = nodeOf('three');

describe('the selector', () => {
  it('reserves an upload on a node, and answers a replay with it', async () => {
    const { ask, space, pass } = await selector(one, two);
    const first = await ask('a', 100);
    expect(first).toMatchObject({
      status: 'reserved',
      replayed: false,
      upload: { state: 'open', size: 100, traceId: 'trace', expiresAt: secondsAfter(new Date(NOW), 3600) },
    });
    if (first.status !== 'reserved') throw new Error('unreachable');
    const { place } = first.upload;
    expect(place).toMatchObject({
      bucket: bucketOf('test', SHOP, place.nodeId),
      key: expect.stringContaining('/1-plc_'),
    });
    expect(await space.placement(place.nodeId, place.placementId)).toMatchObject({
      bytes: 100,
      uploadId: first.upload.id,
    });
    pass(10);
    expect(await ask('a', 100)).toEqual({ ...first, replayed: true });
    expect(await ask('parts', 1, [], 3)).toMatchObject({
      upload: { expiresAt: secondsAfter(new Date(NOW), 24 * 3600 + 10), urlsEndAt: secondsAfter(new Date(NOW), 10) },
    });
  });

  it('goes around nodes that were tried', async () => {
    const { ask } = await selector(one, two);
    for (let index = 0; index < 8; index += 1)
      expect(await ask(`file ${index}`, 1, [one])).toMatchObject({ upload: { place: { nodeId: two.id } } });
    expect(await ask('none', 1, [one, two])).toMatchObject({ status: 'no_space' });
  });

  it('reads the nodes every few seconds, not for every upload', async () => {
    const { ask, lists, pass } = await selector(one, two);
    for (let index = 0; index < 10; index += 1) await ask(`file ${index}`, 1);
    expect(lists()).toBe(1);
    pass(5);
    await ask('later', 1);
    expect(lists()).toBe(2);
  });

  it('tries the next one when a node is full or closed by now', async () => {
    const { ask, space, reserve: take } = await selector(one, two, three);
    await ask('first', 1);
    await space.changeNode(one, { ...one, state: 'read-only', epoch: 2 });
    await take(two.id, 'others', 950);
    for (let index = 0; index < 5; index += 1)
      expect(await ask(`file ${index}`, 60)).toMatchObject({ upload: { place: { nodeId: three.id } } });
  });

  it('refuses only after a consistent look at the nodes', async () => {
    const reported = (node: StorageNode, takenBytes: number) => ({
      ...node,
      report: { at: NOW, takenBytes, objects: 0, skewMs: 0 },
    });
    const { ask, reserve: take } = await selector(reported(one, 999), reported(two, 0));
    await take(two.id, 'others', 999);
    expect(await ask('fits in fact', 500)).toMatchObject({ upload: { place: { nodeId: one.id } } });
    expect(await ask('too large', 501)).toEqual({
      status: 'no_space',
      detail: 'None of the 2 storage nodes in the pool main that take objects has room for 501 bytes.',
    });
  });

  it("says when the tenant's quota is the reason", async () => {
    const { ask, setQuota, quotaSlices } = await selector(one, two);
    await setQuota(100);
    await ask('a', 90);
    expect(await ask('b', 11)).toEqual({ status: 'quota_exceeded', limitBytes: 100, takenBytes: 90 });
    expect(sumOf(await quotaSlices())).toBe(90);
    // No node has room for that either.
    expect(await ask('c', 1001)).toEqual({ status: 'quota_exceeded', limitBytes: 100, takenBytes: 90 });
  });

  it("places on nodes of the tenant's pool alone", async () => {
    const { ask, client, table, pass } = await selector(one, nodeOf('cold', { pool: 'cold' }));
    const quotas = dynamoQuotas(tenantDb(client, table)(SHOP));
    expect(await ask('a', 1)).toMatchObject({ upload: { place: { nodeId: one.id } } });
    await quotas.change(await quotas.ensure(), { pool: 'cold' });
    pass(61);
    expect(await ask('b', 1)).toMatchObject({ upload: { place: { nodeId: nodeOf('cold').id } } });
    await quotas.change(await quotas.ensure(), { pool: 'empty' });
    pass(61);
    expect(await ask('c', 1)).toEqual({ status: 'no_space', detail: 'There is no storage node in the pool empty.' });
  });
});
