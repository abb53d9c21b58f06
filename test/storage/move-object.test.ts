import { describe, expect, it } from 'vitest';
import { MAX_ATTEMPTS, moveObject } from '../../functions/storage/move-object.ts';
import type { MoveTask } from '../../functions/storage/move-task.ts';
import { bytesOf, createWorld, DRAIN, mortal, sha256, type World } from './moving.ts';

const moved = (world: World) => world.drains.moved(DRAIN);

const OBJECTS = [
  { what: 'of some bytes', content: bytesOf(300, 1), partSize: 0 },
  { what: 'of no bytes', content: bytesOf(0, 1), partSize: 0 },
  { what: 'of five parts', content: bytesOf(900, 2), partSize: 200 },
];

/** What holds at any time, whatever was cut off: one live object, where the version says, with the right bytes. */
const expectSound = async (world: World, task: MoveTask, content: Uint8Array) => {
  const { place } = await world.versionOf(task);
  const live = world.placements().filter(({ state }) => state === 'live');
  expect(live.map(({ placementId: id, nodeId: node }) => [node, id])).toEqual([[place.nodeId, place.placementId]]);
  expect(sha256(await world.readVersion(task))).toBe(sha256(content));
};

/** Once all graces are over the nodes have what the directory knows, and nothing else. */
const expectNoOrphans = async (world: World, task: MoveTask) => {
  const { place } = await world.versionOf(task);
  await world.sweep();
  expect(await world.onNodes()).toEqual([expect.stringContaining(place.key)]);
  for (const name of ['a', 'b', 'c'] as const) {
    const { objects } = await world.space.space(world.idOf(name));
    expect([name, objects]).toEqual([name, world.idOf(name) === place.nodeId ? 1 : 0]);
  }
};

describe.each(OBJECTS)('a move of an object $what', ({ content, partSize }) => {
  it('copies, reads back, flips, and leaves the old object to its grace', async () => {
    const world = await createWorld();
    const task = await world.store(content, partSize);
    expect(await world.work(task)).toEqual({ status: 'moved' });
    const { place, moves } = await world.versionOf(task);
    expect([place.nodeId, moves]).toEqual([world.idOf('b'), 1]);
    const old = world.placements().find(({ placementId: id }) => id === task.placementId);
    expect([old?.state, old?.dueAt]).toEqual(['garbage', '2026-03-01T10:01:35.000Z']);
    await expectSound(world, task, content);
    await expectNoOrphans(world, task);
    expect(await moved(world)).toEqual({ objects: 1, bytes: content.length });
  });

  it('that is cut off at any call, before or after its effect, ends as if it had not been', async () => {
    const whole = mortal(Number.MAX_SAFE_INTEGER);
    const trial = await createWorld();
    await moveObject(trial.depsOver(whole.around))(await trial.store(content, partSize), () => true);
    expect(whole.moments()).toBeGreaterThan(15);
    for (let moment = 0; moment < whole.moments(); moment += 1) {
      const world = await createWorld();
      const task = await world.store(content, partSize);
      const move = moveObject(world.depsOver(mortal(moment).around));
      await move(task, () => true).catch(() => undefined);
      expect(sha256(await world.readVersion(task)), `readable at moment ${moment}`).toBe(sha256(content));
      // The message comes again while the lease runs, and once it is over.
      await world.work(task);
      world.waitForLease();
      await world.work(task);
      const { place } = await world.versionOf(task);
      expect(place.nodeId, `moved at moment ${moment}`).not.toBe(task.nodeId);
      await expectSound(world, task, content);
      await expectNoOrphans(world, task);
      expect(await moved(world), `counted at moment ${moment}`).toEqual({ objects: 1, bytes: content.length });
    }
  });

  it.each([
    ['the version is deleted', (world: World, task: MoveTask) => world.deleteVersion(task)],
    ['the drain is cancelled', (world: World) => world.setActive()],
  ])('that is cut off, and then %s, leaves no copy behind', async (_, happens) => {
    for (let moment = 0; moment < 60; moment += 1) {
      const world = await createWorld();
      const task = await world.store(content, partSize);
      await moveObject(world.depsOver(mortal(moment).around))(task, () => true).catch(() => undefined);
      await happens(world, task);
      world.waitForLease();
      await world.work(task);
      await expectSound(world, task, content);
      await expectNoOrphans(world, task);
      const counted = (await world.versionOf(task)).moves;
      expect(await moved(world)).toEqual({ objects: counted, bytes: counted * content.length });
    }
  });

  it('of which two are at work at once, call by call in turn, is done once', async () => {
    for (let lead = 0; lead < 12; lead += 1) {
      const world = await createWorld();
      const task = await world.store(content, partSize);
      let calls = 0;
      let second: Promise<unknown> = Promise.resolve();
      const first = moveObject(
        world.depsOver(async (work) => {
          if (calls === lead) second = world.work(task);
          calls += 1;
          return work();
        }),
      )(task, () => true);
      await Promise.all([first, first.then(() => second)]);
      await second;
      await expectSound(world, task, content);
      expect(await moved(world)).toEqual({ objects: 1, bytes: content.length });
      await expectNoOrphans(world, task);
    }
  });

  it('whose message comes late, after it was done, changes nothing', async () => {
    const world = await createWorld();
    const task = await world.store(content, partSize);
    await world.work(task);
    const before = JSON.stringify(world.table.items());
    expect(await world.work(task)).toEqual({ status: 'left' });
    expect(JSON.stringify(world.table.items())).toBe(before);
  });
});

describe('a move', () => {
  const content = bytesOf(900, 3);

  it('of many parts goes on in invocation after invocation, each of which does a little', async () => {
    const world = await createWorld();
    const task = await world.store(content, 50);
    let invocations = 0;
    for (;;) {
      invocations += 1;
      const outcome = await moveObject(world.depsOver())(task, () => false);
      if (outcome.status !== 'again') break;
      expect((await world.moveOf(task))?.attempts).toBe(0);
    }
    // 18 parts, three at once, copied and read back.
    expect(invocations).toBe(12);
    await expectSound(world, task, content);
    await expectNoOrphans(world, task);
  });

  it('of an upload that is under way waits for it', async () => {
    const world = await createWorld();
    const task = await world.store(content);
    await world.db.delete({ pk: `t#${task.tenant}#file#${task.fileId}`, sk: 'v#00000001' });
    expect(await world.work(task)).toEqual({ status: 'left' });
    expect(await world.moveOf(task)).toBeUndefined();
  });

  it('takes another node when the chosen one is full', async () => {
    const world = await createWorld();
    const task = await world.store(content);
    world.serverOf('b').faults.full = true;
    expect(await world.work(task)).toEqual({ status: 'moved' });
    expect((await world.versionOf(task)).place.nodeId).toBe(world.idOf('c'));
    await expectNoOrphans(world, task);
  });

  it.each(['stores-nothing', 'truncates'] as const)('does not trust a node that %s', async (lies) => {
    for (const partSize of [0, 200]) {
      const world = await createWorld();
      const task = await world.store(content, partSize);
      world.serverOf('b').faults.lies = lies;
      expect(await world.work(task)).toEqual({ status: 'moved' });
      expect((await world.versionOf(task)).place.nodeId).toBe(world.idOf('c'));
      await expectSound(world, task, content);
    }
  });

  it('whose target goes down is tried there twice, and then elsewhere', async () => {
    const world = await createWorld();
    const task = await world.store(content, 200);
    const target = world.idOf('b');
    world.serverOf('b').faults.down = true;
    expect(await world.work(task)).toEqual({ status: 'moved' });
    expect((await world.versionOf(task)).place.nodeId).toBe(world.idOf('c'));
    expect(world.reported).toEqual([target, target]);
    world.serverOf('b').faults.down = false;
    await expectNoOrphans(world, task);
  });

  it('waits while the drained node is down, without a try', async () => {
    const world = await createWorld();
    const task = await world.store(content);
    await world.setNode('a', { state: 'down', before: 'draining' });
    expect(await world.work(task)).toEqual({ status: 'left' });
    await world.setNode('a', { state: 'draining', before: null });
    expect(await world.work(task)).toEqual({ status: 'moved' });
  });

  it('waits for room when no other node takes objects', async () => {
    const world = await createWorld();
    const task = await world.store(content);
    await world.setNode('b', { state: 'read-only' });
    await world.setNode('c', { state: 'draining' });
    expect(await world.work(task)).toEqual({ status: 'left' });
    await expectSound(world, task, content);
    await world.setNode('b', { state: 'active' });
    expect(await world.work(task)).toEqual({ status: 'moved' });
  });

  it('goes on to a target that has begun to drain itself, from which the object then moves on', async () => {
    const world = await createWorld();
    const task = await world.store(content, 200);
    expect(await moveObject(world.depsOver())(task, () => false)).toEqual({ status: 'again', afterSeconds: 0 });
    await world.setNode('b', { state: 'draining' });
    expect(await world.work(task)).toEqual({ status: 'moved' });
    await expectSound(world, task, content);
  });

  it('is given up when the object itself is damaged: it stays where it is, and people are told', async () => {
    for (const partSize of [0, 200]) {
      const world = await createWorld();
      const task = await world.store(content, partSize);
      const { place, contentType } = await world.versionOf(task);
      const damaged = bytesOf(900, 4);
      const client = world.clientOf(task.nodeId);
      await client.put({ ...place, size: 900, sha256: sha256(damaged), contentType, body: damaged });
      expect(await world.work(task)).toEqual({ status: 'failed' });
      expect(world.givenUp).toEqual([{ task, failure: expect.stringContaining('should have the sha256') }]);
      expect((await world.moveOf(task))?.state).toBe('failed');
      expect((await world.versionOf(task)).place).toEqual(place);
      await expectNoOrphans(world, task);
      // Not again in this run, but in the next one, when somebody has put it right.
      expect(await world.work(task)).toEqual({ status: 'left' });
      await client.put({ ...place, size: 900, sha256: sha256(content), contentType, body: content });
      expect(await world.work({ ...task, run: 2 })).toEqual({ status: 'moved' });
      await expectSound(world, task, content);
    }
  });

  it('that ends each process that tries it is given up too', async () => {
    const world = await createWorld();
    const task = await world.store(content);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      await expect(moveObject(world.depsOver(mortal(13).around))(task, () => true)).rejects.toThrow();
      world.waitForLease();
    }
    expect(await world.work(task)).toEqual({ status: 'failed' });
    expect(world.givenUp[0]?.failure).toContain('cut off');
    await expectSound(world, task, content);
    await expectNoOrphans(world, task);
  });

  it('does not flip a version that was deleted while it was copied', async () => {
    const world = await createWorld();
    const task = await world.store(content);
    const deps = world.depsOver();
    const outcome = await moveObject({
      ...deps,
      directory: {
        ...deps.directory,
        flip: async (flip) => {
          await world.deleteVersion(task);
          return deps.directory.flip(flip);
        },
      },
    })(task, () => true);
    expect(outcome).toEqual({ status: 'dropped' });
    await expectSound(world, task, content);
    expect(await moved(world)).toEqual({ objects: 0, bytes: 0 });
  });
});
