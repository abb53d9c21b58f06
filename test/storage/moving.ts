import { createHash } from 'node:crypto';
import { createMemoryNode, type MemoryNode } from '../../prove/storage/memory-node.ts';
import { toInstant } from '../../lib/runtime/clock.ts';
import type { DynamoDb } from '../../lib/runtime/clients/dynamodb.ts';
import { systemDb, wholeDb } from '../../lib/runtime/db.ts';
import { tenantId } from '../../lib/runtime/tenant.ts';
import { bucketOf } from '../../functions/storage/buckets.ts';
import { dynamoDrainStore } from '../../functions/storage/dynamo-drain-store.ts';
import { dynamoMoveDirectory } from '../../functions/storage/dynamo-move-directory.ts';
import { dynamoSpace } from '../../functions/storage/dynamo-space-store.ts';
import { type FileVersion, Placement } from '../../functions/storage/model.ts';
import { drainId, fileId, type NodeId, nodeId, placementId } from '../../functions/storage/ids.ts';
import { DUE, MOVES, objectKey, ofTenant, partsKey, versionKey } from '../../functions/storage/keys.ts';
import { type MoveDeps, moveObject, type MoveOutcome } from '../../functions/storage/move-object.ts';
import { MOVE_LEASE_SECONDS, type MoveTask } from '../../functions/storage/move-task.ts';
import type { NodeClient } from '../../functions/storage/node-client.ts';
import type { StorageNode } from '../../functions/storage/node.ts';
import { memoryTable } from '../fixtures/memory-table.ts';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Bytes that differ everywhere, and are the same each time. */
export const bytesOf = (size: number, seed: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8) * 7 + seed * 101) & 255);

export const TENANT = tenantId.derive('shop');
export const DRAIN = drainId.derive('drain');
const LIFETIMES = { putSeconds: 60, getSeconds: 30, downloadSeconds: 60 };

/** A process that ends at a moment: 2n is before its call n, 2n + 1 after that call's effect. It does nothing any more. */
export const mortal = (moment: number) => {
  let passed = 0;
  const pass = () => {
    if (passed > moment) throw new Error('The process is gone');
    passed += 1;
    if (passed > moment) throw new Error(`The process ends at ${moment}`);
  };
  const around = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    pass();
    const result = await work();
    pass();
    return result;
  };
  return { around, moments: () => passed };
};
export type Around = ReturnType<typeof mortal>['around'];
const alive: Around = (work) => work();

type Name = 'a' | 'b' | 'c';
const CAPACITY = 1 << 24;

/** Three nodes of one pool. The first is the one that drains, as soon as something is stored. */
export const createWorld = async () => {
  let time = Date.parse('2026-03-01T10:00:00.000Z');
  const now = () => new Date(time);
  const memory = memoryTable({ systemIndexes: [DUE, MOVES] });
  const db = wholeDb(memory.client, memory.name);
  const spaceOver = (client: DynamoDb) => dynamoSpace({ client, table: memory.name, random: () => 0.5 });
  const space = spaceOver(memory.client);
  const servers = new Map<string, MemoryNode>();
  const idOf = (name: Name): NodeId => nodeId.derive(name);
  for (const name of ['a', 'b', 'c'] as const) {
    const at = toInstant(now());
    servers.set(idOf(name), createMemoryNode({ name, capacityBytes: CAPACITY, now }));
    await space.createNode(
      {
        id: idOf(name),
        name,
        endpoint: `memory://${name}`,
        region: 'test',
        zone: 'z',
        pool: 'main',
        pathStyle: true,
        secret: name,
        capacityBytes: CAPACITY,
        weight: 100,
        lifetimes: LIFETIMES,
        state: 'active',
        before: null,
        epoch: 1,
        capabilities: { checksums: true, partChecksums: true, tellsChecksum: true },
        report: { at, takenBytes: 0, objects: 0, skewMs: 0 },
        accepting: true,
        failures: 0,
        drain: null,
        activatedAt: at,
        createdAt: at,
        updatedAt: at,
      },
      name,
    );
  }
  const nodeOf = async (name: Name): Promise<StorageNode> => {
    const node = await space.node(idOf(name));
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  };
  const setNode = async (name: Name, change: Partial<StorageNode>) => {
    const node = await nodeOf(name);
    await space.changeNode(node, { ...node, ...change, epoch: node.epoch + 1 });
  };
  const setActive = () => setNode('a', { state: 'active', drain: null });
  const setDraining = () => setNode('a', { state: 'draining', drain: DRAIN });
  const serverOf = (name: Name): MemoryNode => {
    const server = servers.get(idOf(name));
    if (server === undefined) throw new Error(`no server of ${name}`);
    return server;
  };
  const clientOf = (id: NodeId, around: Around = alive): NodeClient => {
    const client = servers.get(id)?.client(() => 'key');
    if (client === undefined) throw new Error(`no server of ${id}`);
    return new Proxy(client, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) => around(async () => Reflect.apply(method, target, args));
      },
    });
  };

  let made = 0;
  const givenUp: { task: MoveTask; failure: string }[] = [];
  const reported: string[] = [];
  /** What a mover works with, in a process that may end. */
  const depsOver = (around: Around = alive): MoveDeps => {
    const client: DynamoDb = { ...memory.client, call: (name, input) => around(() => memory.client.call(name, input)) };
    const whole = wholeDb(client, memory.name);
    return {
      space: spaceOver(client),
      directory: dynamoMoveDirectory(client, memory.name, whole),
      open: ({ id }) => clientOf(id, around),
      choose: async ({ except }) =>
        (await Promise.all((['b', 'c', 'a'] as const).map(nodeOf))).find(
          ({ id, state }) => state === 'active' && !except.includes(id),
        ),
      reportFailure: (id) => Promise.resolve(void reported.push(id)),
      bucketOf: (tenant, node) => bucketOf('test', tenant, node),
      newPlacementId: () => placementId.derive('copy', String((made += 1))),
      giveUp: (task, failure) => Promise.resolve(void givenUp.push({ task, failure })),
      now,
    };
  };

  /** An object on a node, with its version and placement; `partSize` makes a multipart version. */
  const store = async (content: Uint8Array, partSize = 0, seed = 'file'): Promise<MoveTask> => {
    if ((await nodeOf('a')).state !== 'active') await setActive();
    const node = await nodeOf('a');
    const file = fileId.derive(seed);
    const id = placementId.derive(seed);
    const place = {
      placementId: id,
      nodeId: node.id,
      bucket: bucketOf('test', TENANT, node.id),
      key: objectKey(file, 1, id),
    };
    const client = clientOf(node.id);
    await client.ensureBucket(place.bucket);
    await client.put({ ...place, size: content.length, sha256: sha256(content), contentType: 'x/y', body: content });
    const parts = partSize === 0 ? 0 : Math.ceil(content.length / partSize);
    const version: FileVersion = {
      fileId: file,
      number: 1,
      size: content.length,
      sha256: parts === 0 ? sha256(content) : null,
      verified: parts === 0 ? 'whole' : 'parts',
      parts,
      partSize,
      contentType: 'x/y',
      place,
      moves: 0,
      state: 'kept',
      quotaDraws: [],
      createdAt: toInstant(now()),
    };
    const placement = {
      ...place,
      tenant: TENANT,
      fileId: file,
      version: 1,
      bytes: content.length,
      uploadId: null,
      from: null,
      multipart: null,
      state: 'live' as const,
      dueAt: null,
      createdAt: toInstant(now()),
    };
    await space.reserve(placement, undefined);
    const sums = Array.from({ length: parts }, (_, index) => {
      const part = content.subarray(index * partSize, (index + 1) * partSize);
      return { size: part.length, sha256: sha256(part) };
    });
    await db.put({ ...ofTenant(TENANT, versionKey(file, 1)), ...version });
    for (let start = 0; start < sums.length; start += 500)
      await db.put({ ...ofTenant(TENANT, partsKey(file, 1, start / 500)), parts: sums.slice(start, start + 500) });
    await setDraining();
    return { drainId: DRAIN, run: 1, tenant: TENANT, fileId: file, number: 1, nodeId: node.id, placementId: id };
  };

  const directory = dynamoMoveDirectory(memory.client, memory.name, db);
  const versionOf = async (task: MoveTask): Promise<FileVersion> => {
    const version = await directory.version(task.tenant, task.fileId, task.number);
    if (version === undefined) throw new Error('the version is gone');
    return version;
  };

  /** As the file store deletes a version. */
  const deleteVersion = (task: MoveTask) =>
    db.update(ofTenant(task.tenant, versionKey(task.fileId, task.number)), {
      update: 'SET #state = :deleted',
      names: { '#state': 'state' },
      values: { ':deleted': 'deleted' },
    });

  const placements = (): Placement[] =>
    memory
      .items()
      .filter(({ pk }) => String(pk).startsWith('s#placements#'))
      .map((item) => Placement.parse(item));

  const release = async (due: (dueAt: string) => boolean) => {
    for (const placement of placements().filter(({ state, dueAt }) => state === 'garbage' && due(dueAt ?? ''))) {
      const client = clientOf(placement.nodeId);
      for (const { key, multipart } of await client.listMultiparts(placement.bucket))
        if (key === placement.key) await client.abortMultipart({ ...placement, multipart });
      await client.remove(placement);
      await space.release(placement);
    }
  };

  /** What a sweep does now, and once all graces are over. */
  const sweepDue = () => release((dueAt) => dueAt <= toInstant(now()));
  const sweep = () => release(() => true);

  /** All that the nodes have: objects and multipart uploads. */
  const onNodes = async (): Promise<string[]> => {
    const found: string[] = [];
    for (const name of ['a', 'b', 'c'] as const) {
      const client = clientOf(idOf(name));
      for (const bucket of await client.listBuckets()) {
        const { objects } = await client.listObjects({ bucket, limit: 1000 });
        found.push(...objects.map(({ key }) => `${name} ${key}`));
        found.push(...(await client.listMultiparts(bucket)).map(({ key }) => `${name} multipart ${key}`));
      }
    }
    return found;
  };

  const readVersion = async (task: MoveTask): Promise<Uint8Array> => {
    const { place } = await versionOf(task);
    const body = await clientOf(place.nodeId).read({ bucket: place.bucket, key: place.key });
    const pieces: Uint8Array[] = [];
    for await (const piece of body) pieces.push(piece);
    return Buffer.concat(pieces);
  };

  /** Works on a task until it says that there is nothing more to do, each time by another invocation. */
  const work = async (task: MoveTask, goesOn: () => boolean = () => true): Promise<MoveOutcome> => {
    for (let turn = 0; turn < 50; turn += 1) {
      const outcome = await moveObject(depsOver())(task, goesOn);
      if (outcome.status !== 'again') return outcome;
      time += outcome.afterSeconds * 1000;
    }
    throw new Error('The move does not come to an end');
  };

  return {
    now,
    wait: (seconds: number) => (time += seconds * 1000),
    waitForLease: () => (time += (MOVE_LEASE_SECONDS + 1) * 1000),
    db,
    table: memory,
    directory,
    space,
    drains: dynamoDrainStore(systemDb(memory.client, memory.name)),
    idOf,
    nodeOf,
    setActive,
    setNode,
    serverOf,
    clientOf,
    depsOver,
    store,
    versionOf,
    deleteVersion,
    placements,
    sweep,
    sweepDue,
    onNodes,
    readVersion,
    work,
    givenUp,
    reported,
    moveOf: (task: MoveTask) => directory.move(task.tenant, task.fileId, task.number),
  };
};
export type World = Awaited<ReturnType<typeof createWorld>>;
