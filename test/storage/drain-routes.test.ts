import { describe, expect, it } from 'vitest';
import type { UseCase } from '../../lib/runtime/route.ts';
import { isOurBucket } from '../../functions/storage/buckets.ts';
import { cancelDrain } from '../../functions/storage/cancel-drain.ts';
import type { Drain } from '../../functions/storage/drain.ts';
import { drainNode, type drainNodeRoute } from '../../functions/storage/drain-node.ts';
import { getDrain } from '../../functions/storage/get-drain.ts';
import { listMoves } from '../../functions/storage/list-moves.ts';
import { retireNode, type RetirementProof } from '../../functions/storage/retire-node.ts';
import { drainId } from '../../functions/storage/ids.ts';
import { bytesOf, createWorld, TENANT, type World } from './moving.ts';

type Request = Parameters<UseCase<typeof drainNodeRoute>>[0];

const routesOf = (world: World) => {
  const { space, drains, directory, now } = world;
  const started: Drain[] = [];
  const proofs: RetirementProof[] = [];
  const common = {
    caller: { kind: 'operator', actorId: 'ops', credentialId: 'ops' } as const,
    query: undefined,
    idempotency: undefined,
    guestToken: undefined,
    traceId: 'trace',
    requestId: 'request',
    sourceIp: '127.0.0.1',
  };
  const of = async (name: 'a' | 'b' | 'c', ifMatch?: number) => ({
    ...common,
    params: { nodeId: world.idOf(name) },
    ifMatch: ifMatch ?? (await world.nodeOf(name)).epoch,
    body: undefined,
  });
  return {
    started,
    proofs,
    drain: async (name: 'a' | 'b' | 'c', { dryRun = false, ifMatch }: { dryRun?: boolean; ifMatch?: number } = {}) => {
      const request: Request = { ...(await of(name, ifMatch)), body: { dryRun } };
      return drainNode({ space, drains, start: (drain) => Promise.resolve(void started.push(drain)), now })(request);
    },
    cancel: async (name: 'a' | 'b' | 'c') => cancelDrain({ space, drains, now })(await of(name)),
    get: async (name: 'a' | 'b' | 'c') => getDrain({ space, drains, directory, now })(await of(name)),
    moves: async (drain: Drain) =>
      listMoves({ directory })({ ...(await of('a')), params: undefined, query: { limit: 10, drainId: drain.id } }),
    retire: async (name: 'a' | 'b' | 'c') =>
      retireNode({
        space,
        open: ({ id }) => world.clientOf(id),
        isOurs: (bucket, node) => isOurBucket('test', bucket, node.id),
        keepProof: (proof) => Promise.resolve(void proofs.push(proof)),
        now,
      })(await of(name)),
  };
};

const stored = async (bytes = 1000): Promise<{ world: World; routes: ReturnType<typeof routesOf> }> => {
  const world = await createWorld();
  await world.store(bytesOf(bytes, 1));
  await world.setActive();
  return { world, routes: routesOf(world) };
};

describe('draining a node', () => {
  it('takes it out of the choice at once and starts one workflow', async () => {
    const { world, routes } = await stored();
    const { epoch } = await world.nodeOf('a');
    const { body, version } = await routes.drain('a');
    expect(body.plan).toMatchObject({ objects: 1, bytes: 1000, missingBytes: 0, seconds: null });
    expect(body.drain).toMatchObject({ state: 'running', left: { objects: 1, bytes: 1000 } });
    const node = await world.nodeOf('a');
    expect([node.state, node.drain, node.epoch, version]).toEqual(['draining', body.drain?.id, epoch + 1, epoch + 1]);
    expect(routes.started.map(({ id, run }) => [id, run])).toEqual([[body.drain?.id, 1]]);
    expect((await routes.get('a')).body).toMatchObject({ id: body.drain?.id, state: 'running', failed: 0 });
  });

  it('says in a dry run what it would do, and does nothing', async () => {
    const { world, routes } = await stored();
    await world.drains.rememberRate('main', 100);
    const before = JSON.stringify(world.table.items());
    const { body, status } = await routes.drain('a', { dryRun: true });
    expect([status, body.drain]).toEqual([200, null]);
    expect(body.plan).toMatchObject({ seconds: 10, targets: [{ name: 'b' }, { name: 'c' }] });
    expect(JSON.stringify(world.table.items())).toBe(before);
    expect(routes.started).toEqual([]);
  });

  it('is refused while the others have no room, with how much is missing', async () => {
    const { world, routes } = await stored(3000);
    await world.setNode('b', { capacityBytes: 1000 });
    await world.setNode('c', { capacityBytes: 500 });
    await expect(routes.drain('a')).rejects.toMatchObject({
      code: 'no_room',
      message: expect.stringContaining('1500 bytes are missing'),
      extensions: { missingBytes: 1500 },
    });
    expect((await world.nodeOf('a')).state).toBe('active');
    expect((await routes.drain('a', { dryRun: true })).body.plan.missingBytes).toBe(1500);
  });

  it('is refused for the last node of a pool', async () => {
    const { world, routes } = await stored();
    await world.setNode('b', { pool: 'other' });
    await world.setNode('c', { state: 'read-only' });
    await expect(routes.drain('a')).rejects.toMatchObject({
      code: 'no_room',
      message: expect.stringContaining('Add and activate another node'),
    });
  });

  it('that two operators ask for at once is one drain; the second one reads the node again', async () => {
    const { world, routes } = await stored();
    const { epoch } = await world.nodeOf('a');
    const answers = await Promise.allSettled([
      routes.drain('a', { ifMatch: epoch }),
      routes.drain('a', { ifMatch: epoch }),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'version_mismatch' } });
    expect(new Set(routes.started.map(({ id }) => id)).size).toBe(1);
  });

  it('of two nodes at once is possible while the third has room for both', async () => {
    const { world, routes } = await stored();
    await routes.drain('a');
    await routes.drain('b');
    await expect(routes.drain('c')).rejects.toMatchObject({ code: 'no_room' });
    expect((await world.nodeOf('b')).state).toBe('draining');
  });

  it('again goes on with one that was blocked as another run, and starts nothing of one that runs', async () => {
    const { world, routes } = await stored();
    await routes.drain('a');
    await routes.drain('a');
    const drain = await world.drains.ofNode(world.idOf('a'));
    if (drain === undefined) throw new Error('no drain');
    await world.drains.save(drain, { ...drain, state: 'blocked', version: drain.version + 1 });
    const { body } = await routes.drain('a');
    expect(routes.started.map(({ run }) => run)).toEqual([1, 1, 2]);
    expect(body.drain?.state).toBe('running');
  });

  it('can be cancelled: the node is active again, and can be drained anew', async () => {
    const { world, routes } = await stored();
    const first = (await routes.drain('a')).body.drain;
    expect((await routes.cancel('a')).body.state).toBe('cancelled');
    const node = await world.nodeOf('a');
    expect([node.state, node.drain]).toEqual(['active', null]);
    await expect(routes.cancel('a')).rejects.toMatchObject({ code: 'conflict' });
    const second = (await routes.drain('a')).body.drain;
    expect(second?.id).not.toBe(first?.id);
  });

  it('lists its moves', async () => {
    const { world, routes } = await stored();
    const { body } = await routes.drain('a');
    const [drain] = routes.started;
    if (drain === undefined) throw new Error('nothing started');
    const task = { ...(await world.store(bytesOf(10, 2), 0, 'second')), drainId: drain.id };
    await world.setNode('a', { drain: drain.id });
    await world.work(task);
    expect((await routes.moves(drain)).body.items).toMatchObject([
      { drainId: body.drain?.id, state: 'flipped', tenant: TENANT, size: 10, from: world.idOf('a') },
    ]);
    expect((await routes.moves({ ...drain, id: drainId.derive('other') })).body.items).toEqual([]);
  });
});

describe('retiring a node', () => {
  const drained = async () => {
    const world = await createWorld();
    const task = await world.store(bytesOf(100, 1));
    await world.work(task);
    await world.setNode('a', { state: 'drained' });
    return { world, routes: routesOf(world) };
  };

  it('is refused while the directory has something there', async () => {
    const { routes } = await drained();
    await expect(routes.retire('a')).rejects.toMatchObject({
      code: 'node_not_empty',
      extensions: { objects: 1, takenBytes: 100, placements: [{ state: 'garbage' }] },
    });
  });

  it('is refused while a URL to write to it is valid', async () => {
    const { world, routes } = await drained();
    await world.sweep();
    await expect(routes.retire('a')).rejects.toMatchObject({
      code: 'node_not_empty',
      extensions: { writableUntil: '2026-03-01T10:01:00.000Z' },
    });
  });

  it('is refused while something lies there that the directory does not know', async () => {
    const { world, routes } = await drained();
    await world.sweep();
    world.wait(61);
    const client = world.clientOf(world.idOf('a'));
    const [bucket = ''] = await client.listBuckets();
    const multipart = await client.beginMultipart({ bucket, key: 'stray', contentType: 'x/y' });
    await expect(routes.retire('a')).rejects.toMatchObject({
      code: 'node_not_empty',
      extensions: { buckets: [{ bucket, objects: [], multiparts: ['stray'] }] },
    });
    await client.abortMultipart({ bucket, key: 'stray', multipart });
    expect((await routes.retire('a')).body.state).toBe('retired');
  });

  it('keeps its proof, removes our buckets, and leaves those of others', async () => {
    const { world, routes } = await drained();
    await world.sweep();
    world.wait(61);
    const client = world.clientOf(world.idOf('a'));
    const ours = await client.listBuckets();
    await client.ensureBucket('of-somebody-else');
    const { body } = await routes.retire('a');
    expect(body.proof).toMatchObject({ placements: 0, objects: 0, multiparts: 0, buckets: ours });
    expect(body.proof.listedAt.length).toBe(2);
    expect(routes.proofs).toEqual([body.proof]);
    expect(await client.listBuckets()).toEqual(['of-somebody-else']);
    expect((await world.nodeOf('a')).state).toBe('retired');
  });

  it('needs a drained node', async () => {
    const { routes } = await stored();
    await expect(routes.retire('a')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('Drain it first'),
    });
  });
});
