import { randomBytes } from 'node:crypto';
import { DeleteObjectCommand, ListBucketsCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
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
const Report = z.looseObject({
  compared: z.int(),
  next: z.string().nullable(),
  orphans: z.array(z.looseObject({ key: z.string() })),
  missing: z.array(z.looseObject({ fileId: z.string() })),
});
const Moves = z.looseObject({ items: z.array(z.looseObject({ state: z.string(), from: z.string(), to: z.string() })) });

const { api, credential } = operator;
const ops = as(credential);
const pathOf = ({ id }: Pick<ShownNode, 'id'>, action: string) => `/v1/storage/nodes/${id}/${action}`;
const drainOf = (node: Pick<ShownNode, 'id'>) => call(api, Drain, 'GET', pathOf(node, 'drain'), { credential });
const fresh = (node: Pick<ShownNode, 'id'>) => getNode(operator, node.id);
const begin = async (node: Pick<ShownNode, 'id'>, dryRun = false) =>
  changeNode(operator, Begun, await fresh(node), 'drain', { dryRun });

/** A shop with files on nodes of a pool of their own: each test has its own, so that it can be repeated. */
const onStage = async (
  word: string,
  { nodes: count = 2, sizes }: { readonly nodes?: number; readonly sizes: readonly number[] },
  play: (stage: {
    readonly pool: ReturnType<typeof storagePool>;
    readonly shop: Shop;
    readonly first: ShownNode;
    readonly files: readonly KeptFile[];
  }) => Promise<void>,
): Promise<void> => {
  const pool = storagePool();
  try {
    const shop = await newShop(word);
    await usePool(shop, pool.pool);
    const first = await pool.add();
    for (let more = 1; more < count; more += 1) await pool.add();
    const files: KeptFile[] = [];
    for (const [index, size] of sizes.entries())
      files.push(await upload(shop, `folder/file-${index}.txt`, randomBytes(size)));
    await play({ pool, shop, first, files });
  } finally {
    await pool.stop();
  }
};

describe('draining a storage node', () => {
  it('moves every object to the others, while each can be read, and then it is retired with a proof', () =>
    onStage(
      'drain',
      { sizes: [0, 1, 1000, 70_000, 300_000, 5, 6, 7, 8, 9, 10, 11] },
      async ({ shop, first, files }) => {
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
        expect(ended).toMatchObject({
          moved: { objects, bytes: takenBytes },
          left: { objects: 0, bytes: 0 },
          failed: 0,
        });
        const { items } = await call(api, Moves, 'GET', `/v1/storage/moves?drainId=${ended.id}&limit=100`, {
          credential,
        });
        expect(items.length).toBe(objects);
        expect(new Set(items.map(({ state, from, to }) => `${state} ${from} ${to}`)).size).toBe(objects === 0 ? 0 : 1);

        const { proof, state } = await patiently('the last URL to be over', async () => {
          const node = await fresh(first);
          const answer = await ops.post(pathOf(node, 'retire'), undefined, { 'if-match': `"v${node.epoch}"` });
          return answer.status === 200 ? Retired.parse(answer.body) : undefined;
        });
        expect([state, proof.objects]).toEqual(['retired', 0]);
        await expectReadable(shop, files);
      },
    ));

  it('of the last node of a pool is refused', () =>
    onStage('last', { nodes: 1, sizes: [10] }, async ({ first }) => {
      const answer = await ops.post(pathOf(first, 'drain'), {}, { 'if-match': `"v${first.epoch}"` });
      expect(outcome(answer)).toBe('409 no_room');
      expect((await fresh(first)).state).toBe('active');
    }));

  it('is refused while the others have no room, which it says to the byte', () =>
    onStage('full', { nodes: 1, sizes: [1000, 70_000, 0] }, async ({ pool, first, files }) => {
      const small = await pool.add(1000);
      const { epoch, space } = await fresh(first);
      expect(space.objects).toBe(files.length);
      const answer = await ops.post(pathOf(first, 'drain'), {}, { 'if-match': `"v${epoch}"` });
      expect(outcome(answer)).toBe('409 no_room');
      expect(answer.body).toMatchObject({ missingBytes: space.takenBytes - 1000 });
      expect((await begin(first, true)).plan.missingBytes).toBe(space.takenBytes - 1000);
      expect(outcome(await ops.get(pathOf(small, 'drain')))).toBe('404 drain_not_found');
    }));
});

describe('a storage node', () => {
  it('is compared with the directory both ways', () =>
    onStage('orphans', { nodes: 1, sizes: [3, 5] }, async ({ pool, first, files }) => {
      const report = async () => {
        const pages: z.output<typeof Report>[] = [];
        for (let cursor: string | null | undefined; cursor !== null; cursor = pages.at(-1)?.next) {
          const body = { nodeId: first.id, limit: 3, ...(cursor === undefined ? {} : { cursor }) };
          pages.push(Report.parse((await ops.post('/v1/storage/orphan-reports', body)).body));
        }
        const [orphans, missing] = [pages.flatMap((page) => page.orphans), pages.flatMap((page) => page.missing)];
        return { compared: pages.reduce((sum, page) => sum + page.compared, 0), orphans, missing };
      };
      expect(await report()).toEqual({ compared: 4, orphans: [], missing: [] });

      const store = pool.store(first);
      const { Buckets = [] } = await store.send(new ListBucketsCommand());
      const listings = Buckets.map(async ({ Name: Bucket }) => {
        const { Contents = [] } = await store.send(new ListObjectsV2Command({ Bucket }));
        return Contents.map(({ Key }) => ({ Bucket, Key }));
      });
      const [kept, lost] = (await Promise.all(listings)).flat();
      await store.send(new DeleteObjectCommand({ Bucket: lost?.Bucket, Key: lost?.Key }));
      await store.send(new PutObjectCommand({ Bucket: kept?.Bucket, Key: 'stray', Body: 'who am I' }));
      const found = await report();
      expect(found.orphans).toMatchObject([{ bucket: kept?.Bucket, key: 'stray', size: 8 }]);
      expect(found.missing).toMatchObject([{ bucket: lost?.Bucket, key: lost?.Key, found: null }]);
      expect(files.map(({ id }) => id)).toContain(found.missing[0]?.fileId);
    }));
});

describe('a drain', () => {
  it('that two operators ask for at once is begun by one of them, and can be cancelled', () =>
    onStage(
      'cancel',
      { sizes: Array.from({ length: 20 }, (_, index) => 100 + index) },
      async ({ shop, first, files }) => {
        const { epoch } = await fresh(first);
        const asked = () => ops.post(pathOf(first, 'drain'), {}, { 'if-match': `"v${epoch}"` });
        expect((await Promise.all([asked(), asked()])).map(outcome).toSorted()).toEqual([
          '202',
          '412 version_mismatch',
        ]);
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
      },
    ));
});
