import { describe, expect, it } from 'vitest';
import { isOurBucket } from '../../functions/storage/buckets.ts';
import { reportOrphans } from '../../functions/storage/report-orphans.ts';
import { bytesOf, createWorld, sha256, type World } from './moving.ts';

/** All pages of a report over the node that the objects are on. */
const report = async (world: World, limit: number) => {
  const compare = reportOrphans({
    space: world.space,
    directory: world.directory,
    open: ({ id }) => world.clientOf(id),
    isOurs: (bucket, node) => isOurBucket('test', bucket, node.id),
  });
  const pages = [];
  for (let cursor: string | undefined, more = true; more;) {
    const { body } = await compare({
      caller: { kind: 'operator', actorId: 'ops', credentialId: 'ops' },
      params: undefined,
      query: undefined,
      body: { nodeId: world.idOf('a'), limit, cursor },
      idempotency: undefined,
      ifMatch: undefined,
      guestToken: undefined,
      traceId: 'trace',
      requestId: 'request',
      sourceIp: '127.0.0.1',
    });
    pages.push(body);
    expect(body.compared).toBeLessThanOrEqual(limit + 1);
    more = body.next !== null;
    cursor = body.next ?? undefined;
  }
  return {
    orphans: pages.flatMap(({ orphans }) => orphans),
    missing: pages.flatMap(({ missing }) => missing),
    compared: pages.reduce((sum, { compared }) => sum + compared, 0),
  };
};

describe('a report of orphans', () => {
  it.each([1, 2, 500])('finds, %i at a time, what only the node has and what only the directory has', async (limit) => {
    const world = await createWorld();
    const tasks = [];
    for (let index = 0; index < 5; index += 1) tasks.push(await world.store(bytesOf(100, index), 0, `file ${index}`));
    expect(await report(world, limit)).toEqual({ orphans: [], missing: [], compared: 10 });

    const [lost, cut, moved] = tasks;
    if (lost === undefined || cut === undefined || moved === undefined) throw new Error('nothing stored');
    const client = world.clientOf(world.idOf('a'));
    const { place } = await world.versionOf(lost);
    const { bucket } = place;
    await client.remove(place);
    const short = (await world.versionOf(cut)).place;
    await client.put({ ...short, size: 3, sha256: sha256(bytesOf(3, 0)), contentType: 'x/y', body: bytesOf(3, 0) });
    await client.put({
      bucket,
      key: 'stray',
      size: 1,
      sha256: sha256(bytesOf(1, 0)),
      contentType: 'x/y',
      body: bytesOf(1, 0),
    });
    const multipart = await client.beginMultipart({ bucket, key: 'begun', contentType: 'x/y' });
    // Garbage in its grace is known, and so is the copy's origin.
    await world.work(moved);
    const found = await report(world, limit);
    expect(found.orphans.toSorted((one, other) => (one.key < other.key ? -1 : 1))).toEqual([
      { bucket, key: 'begun', size: null, multipart },
      { bucket, key: 'stray', size: 1, multipart: null },
    ]);
    expect(found.missing.toSorted((one, other) => (one.found ?? 0) - (other.found ?? 0))).toMatchObject([
      { fileId: lost.fileId, number: 1, size: 100, found: null },
      { fileId: cut.fileId, number: 1, size: 100, found: 3 },
    ]);
  });
});
