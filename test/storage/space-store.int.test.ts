import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DUE } from '../../functions/storage/keys.ts';
import { startTestEngine, type TestEngine } from '../fixtures/engine.ts';
import { nodeOf, seeded, SHOP, spaceWorldOver, sumOf } from './space-world.ts';

let engine: TestEngine | undefined;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(() => engine?.stop());

const NODE = nodeOf('one', { capacityBytes: 1000 });

/** Three instances of the store on one table of the real engine. */
const worlds = async () => {
  if (engine === undefined) throw new Error('not started yet');
  const { client, newTable } = engine;
  const table = await newTable([DUE]);
  const instances = [1, 2, 3].map((seed) => spaceWorldOver(client, table, seeded(seed)));
  const [world] = instances;
  if (world === undefined) throw new Error('unreachable');
  await world.space.createNode(NODE, 'hash');
  return { world, at: (index: number) => instances[index % 3] ?? world };
};
const times = <Result>(many: number, work: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: many }, (_each, index) => work(index)));
const count = (results: readonly { readonly status: string }[], status: string) =>
  results.filter((result) => result.status === status).length;

describe('space on the real engine, with many at once', () => {
  it('a node takes what fits, and no byte more', async () => {
    const { world, at } = await worlds();
    const results = await times(50, (index) => at(index).reserve(NODE.id, `file ${index}`, 30));
    expect([count(results, 'reserved'), count(results, 'node_full')]).toEqual([33, 17]);
    const slices = await world.nodeSlices(NODE.id);
    expect([sumOf(slices), slices.every(({ takenBytes, capacityBytes }) => takenBytes <= capacityBytes)]).toEqual([
      990,
      true,
    ]);
    const placements = results.flatMap((result) => (result.status === 'reserved' ? [result.placement] : []));
    await Promise.all([...placements, ...placements].map((placement) => world.space.release(placement)));
    expect(await world.space.space(NODE.id)).toMatchObject({ takenBytes: 0, objects: 0 });
  });

  it('a quota takes what fits, and no byte more', async () => {
    const { world, at } = await worlds();
    await world.setQuota(100);
    const results = await times(30, (index) => at(index).reserve(NODE.id, `file ${index}`, 9));
    expect([count(results, 'reserved'), count(results, 'quota_exceeded')]).toEqual([11, 19]);
    expect(sumOf(await world.quotaSlices())).toBe(99);
    expect(sumOf(await world.nodeSlices(NODE.id))).toBe(99);
  });

  it('the same upload at once is one', async () => {
    const { world, at } = await worlds();
    const results = await times(12, (index) => at(index).reserve(NODE.id, 'same', 10));
    expect([count(results, 'reserved'), count(results, 'exists')]).toEqual([1, 11]);
    expect(sumOf(await world.quotaSlices(SHOP))).toBe(10);
  });

  it('a node that is closed takes nothing afterwards, whoever remembers it open', async () => {
    const { world, at } = await worlds();
    const before = await times(6, (index) => at(index).reserve(NODE.id, `before ${index}`, 1));
    const during = times(12, (index) => at(index).reserve(NODE.id, `during ${index}`, 1));
    expect(await world.space.changeNode(NODE, { ...NODE, state: 'draining', epoch: 2 })).toBe(true);
    const taken = await world.space.space(NODE.id);
    const after = await times(6, (index) => at(index).reserve(NODE.id, `after ${index}`, 1));
    expect([count(before, 'reserved'), count(after, 'node_closed')]).toEqual([6, 6]);
    expect(await world.space.space(NODE.id)).toEqual(taken);
    expect(count(await during, 'reserved') + 6).toBe(taken.takenBytes);
  });
});
