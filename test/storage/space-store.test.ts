import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DynamoDb } from '../../lib/runtime/clients/dynamodb.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { tenantId } from '../../lib/runtime/tenant.ts';
import { secondsAfter } from '../../lib/runtime/clock.ts';
import { dynamoQuotas } from '../../functions/storage/dynamo-quotas.ts';
import { DUE } from '../../functions/storage/keys.ts';
import type { Reserved } from '../../functions/storage/space.ts';
import { memoryTable } from '../fixtures/memory-table.ts';
import { giveBack, nodeOf, NOW, seeded, SHOP, spaceWorld, spaceWorldOver, sumOf, wantedOn } from './space-world.ts';

const later = (seconds: number) => secondsAfter(new Date(NOW), seconds);

const NODE = nodeOf('one', { capacityBytes: 1000 });
const withNode = async (facts: Parameters<typeof nodeOf>[1] = {}) => {
  const world = spaceWorld();
  await world.space.createNode({ ...NODE, ...facts }, 'hash');
  return world;
};

describe('a reservation', () => {
  it('is the placement, the upload and its draws of both counters', async () => {
    const { space, reserve, nodeSlices, quotaSlices, client, table } = await withNode();
    const reserved = await reserve(NODE.id, 'a', 20);
    expect(reserved).toMatchObject({ status: 'reserved', placement: { bytes: 20, draws: [{ bytes: 20 }] } });
    const { placement, upload } = wantedOn(NODE.id, 'a', 20);
    expect(await space.placement(NODE.id, placement.placementId)).toMatchObject(placement);
    const stored = await tenantDb(client, table)(SHOP).get({ pk: `upload#${upload.id}`, sk: 'upload' });
    expect(stored).toMatchObject({ ...upload, quotaDraws: [{ bytes: 20 }], dueSk: upload.expiresAt });
    const slices = await nodeSlices(NODE.id);
    expect([sumOf(slices), slices.filter(({ objects }) => objects === 1).length]).toEqual([20, 1]);
    expect(slices.find(({ objects }) => objects === 1)).toMatchObject({ lastGrantAt: NOW });
    expect(await space.space(NODE.id)).toEqual({ capacityBytes: 1000, takenBytes: 20, objects: 1, lastGrantAt: NOW });
    expect((await quotaSlices()).reduce((sum, { files }) => sum + files, 0)).toBe(1);
  });

  it('draws from several slices when none has all of it, to the last byte', async () => {
    const { reserve, nodeSlices } = await withNode();
    expect(await reserve(NODE.id, 'large', 999)).toMatchObject({ status: 'reserved' });
    expect(await reserve(NODE.id, 'two', 2)).toEqual({ status: 'node_full' });
    expect(await reserve(NODE.id, 'one', 1)).toMatchObject({ status: 'reserved' });
    expect((await nodeSlices(NODE.id)).every(({ takenBytes, capacityBytes }) => takenBytes === capacityBytes)).toBe(
      true,
    );
    expect(await reserve(NODE.id, 'none', 0)).toMatchObject({
      status: 'reserved',
      placement: { draws: [{ bytes: 0 }] },
    });
    expect(await reserve(NODE.id, 'more', 1)).toEqual({ status: 'node_full' });
  });

  it('comes once, also when by then nothing would fit or the node is closed', async () => {
    const { space, reserve, quotaSlices } = await withNode();
    expect(await reserve(NODE.id, 'a', 800)).toMatchObject({ status: 'reserved' });
    expect(await reserve(NODE.id, 'a', 800)).toEqual({ status: 'exists' });
    await space.changeNode(NODE, { ...NODE, state: 'read-only', epoch: 2 });
    expect(await reserve(NODE.id, 'a', 800)).toEqual({ status: 'exists' });
    expect(await reserve(NODE.id, 'b', 1)).toEqual({ status: 'node_closed' });
    expect(sumOf(await quotaSlices())).toBe(800);
  });

  it('of a node that nobody knows, or that is not active, is refused', async () => {
    const { reserve } = await withNode({ state: 'joining' });
    expect(await reserve(NODE.id, 'a', 1)).toEqual({ status: 'node_closed' });
    expect(await reserve(nodeOf('unknown').id, 'a', 1)).toEqual({ status: 'node_closed' });
  });

  it('is seen at once by another instance that remembers other slices', async () => {
    const world = await withNode();
    const other = spaceWorldOver(world.client, world.table);
    await other.reserve(NODE.id, 'seen', 1);
    await world.reserve(NODE.id, 'a', 990);
    expect(await other.reserve(NODE.id, 'b', 10)).toEqual({ status: 'node_full' });
    expect(await other.reserve(NODE.id, 'c', 9)).toMatchObject({ status: 'reserved' });
    await world.space.changeNode(NODE, { ...NODE, state: 'draining', epoch: 2 });
    expect(await other.reserve(NODE.id, 'd', 0)).toEqual({ status: 'node_closed' });
    await world.space.changeNode({ ...NODE, state: 'draining', epoch: 2 }, { ...NODE, capacityBytes: 2000, epoch: 3 });
    expect(await other.reserve(NODE.id, 'e', 1000)).toMatchObject({ status: 'reserved' });
  });

  it("of a move takes nothing of the tenant's quota", async () => {
    const { space, quotaSlices } = await withNode();
    const { placement } = wantedOn(NODE.id, 'moved', 300);
    const copy = { ...placement, uploadId: null, from: placement.placementId };
    expect(await space.reserve(copy, undefined)).toMatchObject({ status: 'reserved', quotaDraws: [] });
    expect(await space.reserve(copy, undefined)).toEqual({ status: 'exists' });
    expect(await quotaSlices()).toEqual([]);
  });
});

describe('a quota', () => {
  it('refuses what is beyond it, and says how much it is', async () => {
    const { reserve, setQuota } = await withNode();
    await setQuota(100);
    expect(await reserve(NODE.id, 'a', 60)).toMatchObject({ status: 'reserved' });
    expect(await reserve(NODE.id, 'b', 41)).toEqual({ status: 'quota_exceeded', limitBytes: 100, takenBytes: 60 });
    expect(await reserve(NODE.id, 'c', 40)).toMatchObject({ status: 'reserved' });
  });

  it('has 1 to 16 slices by its size, and never fewer than before', async () => {
    const { quotaSlices, setQuota } = await withNode();
    const GiB = 2 ** 30;
    const lengths: number[] = [];
    for (const bytes of [GiB, 10 * GiB, 100 * GiB, 5, 0]) {
      await setQuota(bytes);
      const slices = await quotaSlices();
      expect(slices.reduce((sum, { limitBytes }) => sum + limitBytes, 0)).toBe(bytes);
      lengths.push(slices.length);
    }
    expect(lengths).toEqual([10, 10, 16, 16, 16]);
  });

  it('below its use takes nothing more, until enough was given back', async () => {
    const { client, table, reserve, setQuota } = await withNode();
    await setQuota(100);
    const draws = await Promise.all(
      ['a', 'b'].map(async (name) => {
        const reserved = await reserve(NODE.id, name, 45);
        return reserved.status === 'reserved' ? reserved.quotaDraws : [];
      }),
    );
    await setQuota(50);
    const other = spaceWorldOver(client, table);
    for (const bytes of [0, 1]) {
      expect(await other.reserve(NODE.id, `no ${bytes}`, bytes)).toEqual({
        status: 'quota_exceeded',
        limitBytes: 50,
        takenBytes: 90,
      });
    }
    await giveBack(other, [{ quotaDraws: draws[0] ?? [] }]);
    expect(await other.reserve(NODE.id, 'six', 6)).toEqual({
      status: 'quota_exceeded',
      limitBytes: 50,
      takenBytes: 45,
    });
    expect(await reserve(NODE.id, 'five', 5)).toMatchObject({ status: 'reserved' });
    await setQuota(200);
    expect(await other.reserve(NODE.id, 'more', 150)).toMatchObject({ status: 'reserved' });
  });

  it('that somebody else has changed is not changed', async () => {
    const { client, table } = await withNode();
    const quotas = dynamoQuotas(tenantDb(client, table)(SHOP));
    const was = await quotas.ensure();
    expect(was).toMatchObject({ quotaBytes: 10 * 2 ** 30, pool: 'main', version: 1, takenBytes: 0, files: 0 });
    expect(await quotas.change(was, { pool: 'cold' })).toMatchObject({ pool: 'cold', version: 2 });
    expect(await quotas.change(was, { quotaBytes: 1 })).toBeUndefined();
    expect(await quotas.ensure()).toMatchObject({ quotaBytes: 10 * 2 ** 30, pool: 'cold', version: 2 });
  });
});

describe('what lies on a node', () => {
  it('is listed a page at a time, each once', async () => {
    const { space, reserve } = await withNode();
    for (let index = 0; index < 40; index += 1) await reserve(NODE.id, `file ${index}`, 1);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof space.placements>> = await space.placements(NODE.id, {
        limit: 7,
        ...(after === null ? {} : { after }),
      });
      expect(page.items.length).toBeLessThanOrEqual(7);
      seen.push(...page.items.map(({ placementId }) => placementId));
      after = page.next;
    } while (after !== null);
    expect([seen.length, new Set(seen).size]).toEqual([40, 40]);
  });

  it('becomes garbage once, is due then, and gives its bytes back once', async () => {
    const { space, reserve, nodeSlices } = await withNode();
    await reserve(NODE.id, 'a', 500);
    const { placementId } = wantedOn(NODE.id, 'a', 500).placement;
    await space.setMultipart(NODE.id, placementId, 'mp');
    await space.discard(NODE.id, placementId, later(10));
    await space.discard(NODE.id, placementId, later(99));
    const placement = await space.placement(NODE.id, placementId);
    expect(placement).toMatchObject({ state: 'garbage', dueAt: later(10), multipart: 'mp' });
    await expect(space.setMultipart(NODE.id, placementId, 'other')).rejects.toMatchObject({ code: 'conflict' });
    const due = async (at: string) => (await space.due(new Date(at), 100)).filter(({ kind }) => kind === 'placement');
    expect(await due(later(9))).toEqual([]);
    expect(await due(later(10))).toEqual([{ kind: 'placement', nodeId: NODE.id, placementId }]);
    await space.postpone(NODE.id, placementId, later(60));
    expect([await due(later(59)), (await due(later(60))).length]).toEqual([[], 1]);
    if (placement === undefined) throw new Error('unreachable');
    await space.release(placement);
    await space.release(placement);
    await space.discard(NODE.id, placementId, later(10));
    await space.postpone(NODE.id, placementId, later(10));
    expect(await space.placement(NODE.id, placementId)).toBeUndefined();
    expect(await space.space(NODE.id)).toMatchObject({ takenBytes: 0, objects: 0 });
    expect((await nodeSlices(NODE.id)).every(({ takenBytes }) => takenBytes === 0)).toBe(true);
    expect(await due(later(99))).toEqual([]);
  });

  it('is due with its upload while that is open', async () => {
    const { space, reserve } = await withNode();
    await reserve(NODE.id, 'a', 500);
    const { upload } = wantedOn(NODE.id, 'a', 500);
    expect(await space.due(new Date(upload.expiresAt), 100)).toEqual([
      { kind: 'upload', tenant: SHOP, uploadId: upload.id },
    ]);
    expect(await space.due(new Date(Date.parse(upload.expiresAt) - 1), 100)).toEqual([]);
  });
});

describe('under any interleaving', () => {
  const tenants = ['a', 'b'].map((name) => tenantId.derive(name));
  const nodes = ['one', 'two'].map((name) => nodeOf(name, { capacityBytes: 100 }));
  const [first, second] = [fc.constantFrom(...tenants), fc.constantFrom(...nodes)];
  const reservation = fc.record({ does: fc.constant('reserve'), tenant: first, node: second, bytes: fc.nat(70) });
  const shrinking = fc.record({ does: fc.constant('shrink'), tenant: first, node: second, bytes: fc.nat(120) });
  const closing = fc.record({ does: fc.constant('close'), tenant: first, node: second, bytes: fc.constant(0) });
  const actions = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: reservation },
      { weight: 1, arbitrary: shrinking },
      { weight: 1, arbitrary: closing },
    ),
    { maxLength: 12 },
  );

  /** Calls take their turns as the scheduler says. */
  const takingTurns = (s: fc.Scheduler, client: DynamoDb): DynamoDb => ({
    destroy: () => undefined,
    call: async (operation, input) => {
      await s.schedule(Promise.resolve(), operation);
      return client.call(operation, input);
    },
  });

  it('no node is past its capacity, no quota past its limit, a refusal is true, and everything comes back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), actions, fc.nat(), async (s, all, seed) => {
        const { client, name: table } = memoryTable({ systemIndexes: [DUE] });
        const world = spaceWorldOver(client, table);
        for (const node of nodes) await world.space.createNode(node, 'hash');
        for (const tenant of tenants) await world.setQuota(120, tenant);
        const slow = takingTurns(s, client);
        // Two instances, each of which remembers what it saw last.
        const instances = [seed, seed + 1].map((each) => spaceWorldOver(slow, table, seeded(each)));
        const outcomes = await s.waitFor(
          Promise.all(
            all.map(async ({ does, tenant, node, bytes }, index): Promise<Reserved | undefined> => {
              const instance = instances[index % 2] ?? world;
              if (does === 'reserve') return instance.reserve(node.id, `file ${index}`, bytes, tenant);
              if (does === 'close') await instance.space.changeNode(node, { ...node, state: 'read-only', epoch: 2 });
              else {
                const quotas = dynamoQuotas(tenantDb(slow, table)(tenant));
                await quotas.change(await quotas.ensure(), { quotaBytes: bytes });
              }
              return undefined;
            }),
          ),
        );

        const shrunk = all.some(({ does }) => does === 'shrink');
        const reserved = outcomes.flatMap((outcome) => (outcome?.status === 'reserved' ? [outcome] : []));
        for (const { id, capacityBytes } of nodes) {
          const slices = await world.nodeSlices(id);
          for (const slice of slices) expect(slice.takenBytes).toBeLessThanOrEqual(slice.capacityBytes);
          const bytes = reserved
            .filter(({ placement }) => placement.nodeId === id)
            .map(({ placement }) => placement.bytes);
          const taken = bytes.reduce((sum, each) => sum + each, 0);
          expect([sumOf(slices), taken <= capacityBytes]).toEqual([taken, true]);
          for (const [index, outcome] of outcomes.entries()) {
            if (outcome?.status === 'node_full' && all[index]?.node.id === id)
              expect(all[index].bytes).toBeGreaterThan(capacityBytes - taken);
            if (outcome?.status === 'node_closed')
              expect(all.some(({ does, node }) => does === 'close' && node === all[index]?.node)).toBe(true);
          }
        }
        for (const tenant of tenants) {
          const own = reserved.filter(({ placement }) => placement.tenant === tenant);
          const taken = own.reduce((sum, { placement }) => sum + placement.bytes, 0);
          const slices = await world.quotaSlices(tenant);
          expect([sumOf(slices), shrunk || taken <= 120]).toEqual([taken, true]);
          for (const [index, outcome] of outcomes.entries()) {
            if (!shrunk && outcome?.status === 'quota_exceeded' && all[index]?.tenant === tenant)
              expect(all[index].bytes).toBeGreaterThan(120 - taken);
          }
          await giveBack(world, own, tenant);
          expect(await world.quotaSlices(tenant)).toEqual(
            slices.map((slice) => ({ ...slice, takenBytes: 0, files: 0 })),
          );
        }
        for (const { placement } of reserved) await world.space.release(placement);
        for (const { id } of nodes) expect(await world.space.space(id)).toMatchObject({ takenBytes: 0, objects: 0 });
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});
