import { describe, expect, it } from 'vitest';
import { dynamoFiles } from '../../functions/storage/dynamo-file-store.ts';
import { dynamoSpace } from '../../functions/storage/dynamo-space-store.ts';
import type { FileStore } from '../../functions/storage/file-store.ts';
import type { Upload } from '../../functions/storage/model.ts';
import { forgetVersion } from '../../functions/storage/forget-version.ts';
import { DUE } from '../../functions/storage/keys.ts';
import type { Due } from '../../functions/storage/space.ts';
import { sweep, type Swept } from '../../functions/storage/sweep.ts';
import type { DynamoDb } from '../../lib/runtime/clients/dynamodb.ts';
import { secondsAfter, toInstant } from '../../lib/runtime/clock.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { createMemoryNode } from '../../prove/storage/memory-node.ts';
import { crashingAt } from '../fixtures/crashing-calls.ts';
import { memoryTable } from '../fixtures/memory-table.ts';
import { nodeOf, NOW, SHOP, spaceWorldOver, sumOf, wantedOn } from './space-world.ts';

const LIFETIMES = { putSeconds: 60, getSeconds: 30, downloadSeconds: 60 };
const MIB = 1024 ** 2;
const NODE = nodeOf('one', { capacityBytes: 1024 * MIB, lifetimes: LIFETIMES });
const ACTOR = { type: 'system', id: 'test' } as const;
const NONE: Swept = { expired: 0, discarded: 0, removed: 0, postponed: 0, idle: 0, failed: 0 };

/** One node with a server, a shop, and a clock that is moved by hand; the index is late by some calls if `lag` says so. */
const setUp = async (lag?: () => number) => {
  const table = memoryTable({ systemIndexes: [DUE], ...(lag === undefined ? {} : { lag }) });
  let time = new Date(NOW);
  const now = () => time;
  const server = createMemoryNode({ name: 'one', capacityBytes: 1024 * MIB, now });
  const node = server.client(() => 'key');
  const world = spaceWorldOver(table.client, table.name);
  await world.space.createNode(NODE, 'hash');
  const db = tenantDb(table.client, table.name);
  const files: FileStore = dynamoFiles(db)(SHOP);
  const failures: (readonly [Due['kind'], string])[] = [];

  /** One run, by a process that may end on its way. */
  const run = (client: DynamoDb = table.client, goesOn = () => true): Promise<Swept> => {
    const open = tenantDb(client, table.name);
    return sweep({
      space: dynamoSpace({ client, table: table.name, random: () => 0 }),
      files: dynamoFiles(open),
      forget: (tenant, version) => forgetVersion(open(tenant))(version),
      openNode: () => node,
      now,
      onFailure: ({ kind }, error) => failures.push([kind, String(error)]),
    })(goesOn);
  };

  /** An upload with its bytes on the node, as far as `bytes` goes. */
  const begin = async (name: string, bytes: number, facts: Partial<Upload> = {}): Promise<Upload> => {
    const { placement, upload } = wantedOn(NODE.id, name, bytes);
    const times = { urlsEndAt: secondsAfter(time, 3600), expiresAt: secondsAfter(time, 1800) };
    const reserved = await world.space.reserve(placement, { ...upload, ...times, ...facts });
    if (reserved.status !== 'reserved') throw new Error(`It was not reserved: ${reserved.status}`);
    await node.ensureBucket(placement.bucket);
    const found = await files.upload(upload.id);
    if (found === undefined) throw new Error('There is no upload');
    return found;
  };
  const stored = async (name: string, facts: Partial<Upload> = {}): Promise<Upload> => {
    const upload = await begin(name, 5, facts);
    server.store.put(upload.place, new Uint8Array(5), 'text/plain');
    return upload;
  };
  const left = async () => ({
    objects: [...server.store.buckets.values()].reduce(
      (sum, { objects, multiparts }) => sum + objects.size + multiparts.size,
      0,
    ),
    placements: (await world.space.placements(NODE.id, { limit: 100 })).items.length,
    onNode: sumOf(await world.nodeSlices(NODE.id)),
    ofQuota: sumOf(await world.quotaSlices()),
    due: table.items().filter(({ duePk }) => duePk !== undefined).length,
  });
  return {
    ...world,
    table,
    server,
    node,
    files,
    failures,
    run,
    begin,
    stored,
    left,
    pass: (seconds: number) => (time = new Date(time.getTime() + seconds * 1000)),
    now: () => toInstant(time),
  };
};
type World = Awaited<ReturnType<typeof setUp>>;

const EMPTY = { objects: 0, placements: 0, onNode: 0, ofQuota: 0, due: 0 };

/** A file with one version, deleted again, and an upload that nobody ends; then the time of both is over. */
const overAll = async (world: World): Promise<void> => {
  const { files, stored, begin, node, space, pass, now } = world;
  const upload = await stored('file');
  expect(await files.complete(upload, [], now())).toBe('completed');
  const file = await files.file(upload.fileId);
  if (file === undefined) throw new Error('There is no file');
  await files.remove(file, { at: now(), actor: ACTOR, traceId: 'trace' });
  const parts = await begin('parts', 65 * MIB, { parts: 5, partSize: 16 * MIB, urlsEndAt: now() });
  const multipart = await node.beginMultipart({ ...parts.place, contentType: 'text/plain' });
  await space.setMultipart(NODE.id, parts.place.placementId, multipart);
  await files.setMultipart(parts.id, multipart);
  await stored('expired');
  pass(7200);
};
/** Runs until nothing is left that is due, at most five times. */
const sweepAll = async ({ run, left, pass }: World): Promise<void> => {
  for (let round = 0; round < 5 && (await left()).due > 0; round += 1) {
    await run();
    pass(3600);
  }
};

describe('the sweep', () => {
  it('ends an upload whose time is over: its quota at once, its bytes when no URL leads to it any more', async () => {
    const { stored, run, left, pass, files } = await setUp();
    const upload = await stored('a');
    pass(1799);
    expect(await run()).toEqual(NONE);
    pass(1);
    expect(await run()).toEqual({ ...NONE, expired: 1 });
    expect(await files.upload(upload.id)).toMatchObject({ state: 'expired' });
    expect(await left()).toEqual({ objects: 1, placements: 1, onNode: 5, ofQuota: 0, due: 1 });
    pass(1799);
    expect(await run()).toEqual(NONE);
    pass(1);
    expect(await run()).toEqual({ ...NONE, removed: 1 });
    expect(await left()).toEqual(EMPTY);
  });

  it('lets go of a deleted version when nobody can be reading it any more', async () => {
    const { stored, run, left, pass, files, now } = await setUp();
    const upload = await stored('a');
    await files.complete(upload, [], now());
    pass(999_999);
    expect(await run()).toEqual(NONE);
    const file = await files.file(upload.fileId);
    if (file === undefined) throw new Error('There is no file');
    await files.remove(file, { at: now(), actor: ACTOR, traceId: 'trace' });
    expect(await run()).toEqual({ ...NONE, discarded: 1 });
    expect(await files.version(upload.fileId, 1)).toBeUndefined();
    pass(89);
    expect(await run()).toEqual(NONE);
    expect((await left()).objects).toBe(1);
    pass(1);
    expect(await run()).toEqual({ ...NONE, removed: 1 });
    expect(await left()).toEqual(EMPTY);
  });

  it('aborts multipart uploads, also one that nobody wrote down', async () => {
    const { begin, node, run, left, pass, space } = await setUp();
    for (const name of ['known', 'unknown']) {
      const upload = await begin(name, 65 * MIB, { parts: 5, urlsEndAt: toInstant(new Date(NOW)) });
      const multipart = await node.beginMultipart({ ...upload.place, contentType: 'text/plain' });
      if (name === 'known') await space.setMultipart(NODE.id, upload.place.placementId, multipart);
    }
    expect((await left()).objects).toBe(2);
    pass(1800);
    expect(await run()).toEqual({ ...NONE, expired: 2, removed: 2 });
    expect(await left()).toEqual(EMPTY);
  });

  it('tries garbage again later when its node does not answer, or still has it', async () => {
    const { stored, run, left, pass, server, space } = await setUp();
    await stored('a', { urlsEndAt: toInstant(new Date(NOW)) });
    pass(1800);
    server.faults.down = true;
    expect(await run()).toEqual({ ...NONE, expired: 1, postponed: 1 });
    server.faults.down = false;
    await space.changeNode(NODE, { ...NODE, state: 'down', before: 'active', epoch: 2 });
    expect(await run()).toEqual(NONE);
    pass(300);
    expect(await run()).toEqual({ ...NONE, postponed: 1 });
    expect(await left()).toMatchObject({ objects: 1, onNode: 5, due: 1 });
    await space.changeNode({ ...NODE, state: 'down', epoch: 2 }, { ...NODE, epoch: 3 });
    pass(300);
    expect(await run()).toEqual({ ...NONE, removed: 1 });
    expect(await left()).toEqual(EMPTY);
  });

  it('leaves alone what an index that is late still shows', async () => {
    const world = await setUp(() => 40);
    await overAll(world);
    for (let round = 0; round < 30 && (await world.left()).due > 0; round += 1) {
      await world.run();
      world.pass(3600);
    }
    expect(await world.left()).toEqual(EMPTY);
    expect(world.failures).toEqual([]);
  });

  it('goes on with the others when one fails, and tells which', async () => {
    const { stored, run, left, pass, failures, node, server } = await setUp();
    const facts = { urlsEndAt: toInstant(new Date(NOW)) };
    const bad = await stored('bad', facts);
    await stored('good', facts);
    pass(1800);
    const { remove } = node;
    node.remove = (object) =>
      object.key === bad.place.key ? Promise.reject(new Error('no way')) : remove.call(node, object);
    expect(await run()).toEqual({ ...NONE, expired: 2, removed: 1, failed: 1 });
    expect(failures).toEqual([['placement', 'Error: no way']]);
    expect([(await left()).onNode, server.usedBytes()]).toEqual([5, 5]);
    node.remove = remove;
    pass(300);
    expect(await run()).toEqual({ ...NONE, removed: 1 });
  });

  it('stops when its time is over, and goes on with the next run', async () => {
    const { stored, run, pass, left } = await setUp();
    for (let index = 0; index < 40; index += 1) await stored(`file ${index}`, { urlsEndAt: toInstant(new Date(NOW)) });
    pass(1800);
    let turns = 2;
    const first = await run(undefined, () => (turns -= 1) >= 0);
    expect(first).toEqual({ ...NONE, expired: 32 });
    expect(await run()).toEqual({ ...NONE, expired: 8, removed: 40 });
    expect(await left()).toEqual(EMPTY);
  });

  it('may end before or after any of its calls: the next run does the rest, and nothing twice', async () => {
    const whole = await setUp();
    await overAll(whole);
    const counting = crashingAt(whole.table.client, Number.POSITIVE_INFINITY);
    await whole.run(counting.client);
    expect(counting.moments()).toBeGreaterThan(60);
    for (let moment = 0; moment < counting.moments(); moment += 1) {
      const world = await setUp();
      await overAll(world);
      await world.run(crashingAt(world.table.client, moment).client).catch(() => undefined);
      await sweepAll(world);
      expect([moment, await world.left()]).toEqual([moment, EMPTY]);
      expect(await world.space.space(NODE.id)).toMatchObject({ objects: 0 });
    }
  }, 60_000);
});
