import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { call } from '../../lib/client/expect-status.ts';
import { changeNode, getNode, type ShownNode } from '../../lib/client/storage/nodes.ts';
import type { Shop } from '../../lib/client/shop.ts';
import { as, outcome } from './caller.ts';
import { invoke } from './deployer.ts';
import { expectReadable, type KeptFile, patiently, upload, usePool } from './storage-files.ts';
import { operator, storagePool } from './storage-pool.ts';
import { newShop } from './world.ts';

const Amount = z.object({ objects: z.number(), bytes: z.number() });
const Drain = z.looseObject({ id: z.string(), state: z.string(), moved: Amount, left: Amount, failed: z.number() });
const Begun = z.looseObject({ plan: z.looseObject({ missingBytes: z.number() }), drain: Drain.nullable() });
const Retired = z.looseObject({
  state: z.string(),
  proof: z.looseObject({ objects: z.number(), buckets: z.array(z.string()) }),
});
const Moves = z.looseObject({ items: z.array(z.looseObject({ state: z.string(), from: z.string(), to: z.string() })) });

const { api, credential } = operator;
const ops = as(credential);
const pathOf = ({ id }: Pick<ShownNode, 'id'>, action: string) => `/v1/storage/nodes/${id}/${action}`;
const drainOf = (node: Pick<ShownNode, 'id'>) => call(api, Drain, 'GET', pathOf(node, 'drain'), { credential });
const fresh = (node: Pick<ShownNode, 'id'>) => getNode(operator, node.id);
const begin = async (node: Pick<ShownNode, 'id'>, dryRun = false) =>
  changeNode(operator, Begun, await fresh(node), 'drain', { dryRun });

/** A shop with files on two nodes of a pool of their own. */
const stage = async (word: string, sizes: readonly number[]) => {
  const nodes = storagePool();
  const shop = await newShop(word);
  await usePool(shop, nodes.pool);
  const [first, second] = [await nodes.add(), await nodes.add()];
  const files: KeptFile[] = [];
  for (const [index, size] of sizes.entries())
    files.push(await upload(shop, `folder/file-${index}.txt`, randomBytes(size)));
  return { nodes, shop, first, second, files };
};

describe('draining a storage node', () => {
  let shop: Shop;
  let files: KeptFile[];
  let nodes: ReturnType<typeof storagePool>;
  let first: ShownNode;
  let second: ShownNode;
  beforeAll(async () => {
    ({ nodes, shop, first, second, files } = await stage(
      'drain',
      [0, 1, 1000, 70_000, 300_000, 5, 6, 7, 8, 9, 10, 11],
    ));
  });
  afterAll(() => nodes.stop());

  it('moves every object to the others, while each can be read, and then it is retired with a proof', async () => {
    const { objects, takenBytes } = (await fresh(first)).space;
    const dry = await begin(first, true);
    expect([dry.drain, dry.plan.missingBytes]).toEqual([null, 0]);
    const { drain } = await begin(first);
    expect(drain?.state).toBe('running');

    const drained = await patiently('the node to be drained', async () => {
      await expectReadable(shop, files);
      await invoke('storage', 'sweep');
      const node = await fresh(first);
      return node.state === 'drained' ? node : undefined;
    });
    expect(drained.space).toMatchObject({ objects: 0, takenBytes: 0 });
    const ended = await patiently('the drain to say so', async () => {
      const seen = await drainOf(first);
      return seen.state === 'drained' ? seen : undefined;
    });
    expect(ended).toMatchObject({ moved: { objects, bytes: takenBytes }, left: { objects: 0, bytes: 0 }, failed: 0 });
    const { items } = await call(api, Moves, 'GET', `/v1/storage/moves?drainId=${ended.id}&limit=100`, { credential });
    expect(items.length).toBe(objects);
    expect(new Set(items.map(({ state, from, to }) => `${state} ${from} ${to}`)).size).toBe(objects === 0 ? 0 : 1);

    const { proof, state } = await patiently('the last URL to be over', async () => {
      const node = await fresh(first);
      const answer = await ops.post(pathOf(node, 'retire'), undefined, { 'if-match': `"v${node.epoch}"` });
      return answer.status === 200 ? Retired.parse(answer.body) : undefined;
    });
    expect([state, proof.objects]).toEqual(['retired', 0]);
    await expectReadable(shop, files);
  });

  it('of the last node of a pool is refused', async () => {
    const node = await fresh(second);
    const answer = await ops.post(pathOf(node, 'drain'), {}, { 'if-match': `"v${node.epoch}"` });
    expect(outcome(answer)).toBe('409 no_room');
    expect((await fresh(second)).state).toBe('active');
  });

  it('is refused while the others have no room, which it says to the byte', async () => {
    const small = await nodes.add(1000);
    const { takenBytes, objects } = (await fresh(second)).space;
    expect(objects).toBe(files.length);
    const node = await fresh(second);
    const answer = await ops.post(pathOf(node, 'drain'), {}, { 'if-match': `"v${node.epoch}"` });
    expect(outcome(answer)).toBe('409 no_room');
    expect(answer.body).toMatchObject({ missingBytes: takenBytes - 1000 });
    expect((await begin(second, true)).plan.missingBytes).toBe(takenBytes - 1000);
    expect(outcome(await ops.get(pathOf(small, 'drain')))).toBe('404 drain_not_found');
  });
});

describe('a drain', () => {
  it('that two operators ask for at once is begun by one of them, and can be cancelled', async () => {
    const { nodes, shop, first, files } = await stage(
      'cancel',
      Array.from({ length: 20 }, (_, index) => 100 + index),
    );
    try {
      const { epoch } = await fresh(first);
      const asked = () => ops.post(pathOf(first, 'drain'), {}, { 'if-match': `"v${epoch}"` });
      expect((await Promise.all([asked(), asked()])).map(outcome).toSorted()).toEqual(['202', '412 version_mismatch']);
      const node = await fresh(first);
      const cancelled = await ops.post(pathOf(node, 'cancel-drain'), undefined, { 'if-match': `"v${node.epoch}"` });
      // A fast drain of few objects may have come to its end already; then there is nothing to cancel.
      expect(['200', '409 conflict', '412 version_mismatch']).toContain(outcome(cancelled));
      await expectReadable(shop, files);
      if (cancelled.status === 200) {
        expect((await fresh(first)).state).toBe('active');
        expect((await drainOf(first)).state).toBe('cancelled');
        expect(await upload(shop, 'afterwards.txt', randomBytes(10))).toBeDefined();
        const late = await fresh(first);
        const again = await ops.post(pathOf(late, 'cancel-drain'), undefined, { 'if-match': `"v${late.epoch}"` });
        expect(outcome(again)).toBe('409 conflict');
      }
      const old = await fresh(first);
      const refused = await ops.post(pathOf(old, 'retire'), undefined, { 'if-match': `"v${old.epoch}"` });
      expect(['409 conflict', '409 node_not_empty']).toContain(outcome(refused));
    } finally {
      await nodes.stop();
    }
  });
});
