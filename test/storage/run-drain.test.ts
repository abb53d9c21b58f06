import { describe, expect, it } from 'vitest';
import { toInstant } from '../../lib/runtime/clock.ts';
import { type Drain, drainView, NOTHING } from '../../functions/storage/drain.ts';
import { moveObject } from '../../functions/storage/move-object.ts';
import type { MoveTask } from '../../functions/storage/move-task.ts';
import { runDrain } from '../../functions/storage/run-drain.ts';
import { moved } from '../../functions/storage/transitions.ts';
import { bytesOf, createWorld, DRAIN, mortal, sha256, type World } from './moving.ts';

/** A drain as the workflow and the queue keep it going, with messages that may be lost or come twice. */
const driver = (world: World, deliver: (task: MoveTask) => readonly MoveTask[] = (task) => [task]) => {
  const queue: MoveTask[] = [];
  const step = runDrain({
    space: world.space,
    drains: world.drains,
    directory: world.directory,
    send: (tasks) => Promise.resolve(void queue.push(...tasks.flatMap(deliver))),
    setDrained: (node) => world.space.changeNode(node, moved(node, { to: 'drained' }, world.now)),
    now: world.now,
  });
  const works = async () => {
    for (const task of queue.splice(0)) {
      const outcome = await moveObject(world.depsOver())(task, () => true);
      if (outcome.status === 'again') queue.push(task);
    }
  };
  return {
    queue,
    works,
    step: () => step({ drainId: DRAIN, run: 1 }),
    /** Until the workflow ends; answers how many steps it took. */
    run: async (before: (turn: number) => Promise<void> = () => Promise.resolve()): Promise<number> => {
      for (let turn = 0; turn < 500; turn += 1) {
        await before(turn);
        const answer = await step({ drainId: DRAIN, run: 1 });
        if (answer.status === 'ended') return turn;
        if (answer.status === 'wait') {
          await works();
          await world.sweepDue();
          world.wait(answer.waitSeconds);
        }
      }
      throw new Error('The drain does not come to an end');
    },
  };
};

const begin = async (world: World): Promise<Drain> => {
  const at = toInstant(world.now());
  const { objects, takenBytes } = await world.space.space(world.idOf('a'));
  const drain: Drain = {
    id: DRAIN,
    nodeId: world.idOf('a'),
    pool: 'main',
    state: 'running',
    run: 1,
    start: { objects, bytes: takenBytes },
    scan: { after: null, live: NOTHING, garbage: NOTHING },
    left: null,
    movedAtScan: NOTHING,
    movedBefore: NOTHING,
    detail: null,
    startedAt: at,
    updatedAt: at,
    endedAt: null,
    version: 1,
    actor: { type: 'operator', id: 'op' },
    traceId: 'trace',
  };
  await world.drains.create(drain);
  return drain;
};

const found = async (world: World): Promise<Drain> => {
  const drain = await world.drains.find(DRAIN);
  if (drain === undefined) throw new Error('no drain');
  return drain;
};

const COUNT = 12;
const filled = async (world: World): Promise<MoveTask[]> => {
  const tasks: MoveTask[] = [];
  for (let index = 0; index < COUNT; index += 1)
    tasks.push(await world.store(bytesOf(100 + index, index), index % 3 === 0 ? 40 : 0, `file ${index}`));
  return tasks;
};
const BYTES = Array.from({ length: COUNT }, (_, index) => 100 + index).reduce((sum, bytes) => sum + bytes, 0);

const expectReadable = async (world: World, tasks: readonly MoveTask[]) => {
  for (const [index, task] of tasks.entries())
    expect(sha256(await world.readVersion(task))).toBe(sha256(bytesOf(100 + index, index)));
};

describe('a drain', () => {
  it('moves everything, waits for the grace of what it moved, and leaves an empty node', async () => {
    const world = await createWorld();
    const tasks = await filled(world);
    await begin(world);
    await driver(world).run(() => expectReadable(world, tasks));
    const { state, drain } = await world.nodeOf('a');
    expect([state, drain]).toEqual(['drained', DRAIN]);
    expect(await world.space.space(world.idOf('a'))).toMatchObject({ objects: 0, takenBytes: 0 });
    const ended = await found(world);
    const moves = await world.drains.moved(DRAIN);
    expect(moves).toEqual({ objects: COUNT, bytes: BYTES });
    expect(drainView(ended, moves, 0, world.now())).toMatchObject({ state: 'drained', left: NOTHING, moved: moves });
    expect(await world.drains.lastRate('main')).toBeGreaterThan(0);
    // Grace is a minute and a half: the wait for it is some steps, not one for each second.
    expect((await found(world)).version).toBeLessThan(80);
  });

  it('gets on when messages are lost, and when they come twice', async () => {
    const world = await createWorld();
    const tasks = await filled(world);
    await begin(world);
    let sent = 0;
    await driver(world, (task) => {
      sent += 1;
      return sent % 3 === 0 ? [] : [task, task];
    }).run();
    expect((await world.nodeOf('a')).state).toBe('drained');
    expect(await world.drains.moved(DRAIN)).toEqual({ objects: COUNT, bytes: BYTES });
    await expectReadable(world, tasks);
  });

  it('says in between how much is moved and how much is left', async () => {
    const world = await createWorld();
    await filled(world);
    await begin(world);
    const { step, queue, works } = driver(world);
    await step();
    expect(queue.length).toBe(COUNT);
    const rest = queue.splice(5);
    await works();
    world.wait(10);
    const moves = await world.drains.moved(DRAIN);
    expect(moves.objects).toBe(5);
    const view = drainView(await found(world), moves, 0, world.now());
    expect(view.left).toEqual({ objects: COUNT - 5, bytes: BYTES - moves.bytes });
    expect(view.bytesPerSecond).toBe(Math.round(moves.bytes / 10));
    expect(view.secondsLeft).toBe(Math.ceil(view.left.bytes / Math.round(moves.bytes / 10)));
    expect(rest.length).toBe(COUNT - 5);
  });

  it('finds what was completed after the scan', async () => {
    const world = await createWorld();
    const [late, ...others] = await filled(world);
    if (late === undefined) throw new Error('nothing stored');
    // Its upload is still under way: there is room, but no version.
    const key = { pk: `t#${late.tenant}#file#${late.fileId}`, sk: 'v#00000001' };
    const version = await world.db.get(key);
    await world.db.delete(key);
    await begin(world);
    await driver(world).run(async (turn) => {
      if (turn === 20 && version !== undefined) await world.db.put(version);
    });
    expect((await world.nodeOf('a')).state).toBe('drained');
    expect(await world.drains.moved(DRAIN)).toEqual({ objects: COUNT, bytes: BYTES });
    await expectReadable(world, [late, ...others]);
  });

  it('waits while its node is down', async () => {
    const world = await createWorld();
    const tasks = await filled(world);
    await begin(world);
    await driver(world).run(async (turn) => {
      if (turn === 0) await world.setNode('a', { state: 'down', before: 'draining' });
      if (turn === 10) {
        expect((await found(world)).detail).toContain('down');
        expect((await world.drains.moved(DRAIN)).objects).toBe(0);
        await world.setNode('a', { state: 'draining', before: null });
      }
    });
    expect((await world.nodeOf('a')).state).toBe('drained');
    await expectReadable(world, tasks);
  });

  it('that is cancelled ends its moves under way, and leaves no copy', async () => {
    const world = await createWorld();
    const tasks = await filled(world);
    await begin(world);
    const { step, queue, run } = driver(world);
    await step();
    // One that begins, and whose mover then goes away with its message.
    const [begun] = queue.splice(0, 1);
    if (begun === undefined) throw new Error('nothing sent');
    await moveObject(world.depsOver(mortal(12).around))(begun, () => true).catch(() => undefined);
    expect((await world.moveOf(begun))?.state).toBe('copying');
    await world.setActive();
    await run();
    expect((await found(world)).state).toBe('cancelled');
    expect((await world.moveOf(begun))?.state).toBe('dropped');
    const live = world.placements().filter(({ state }) => state === 'live');
    expect(live.length).toBe(COUNT);
    await expectReadable(world, tasks);
  });

  it('with an object that cannot be moved moves the others, and stops with what is to be done', async () => {
    const world = await createWorld();
    const tasks = await filled(world);
    const [, poison] = tasks;
    if (poison === undefined) throw new Error('nothing stored');
    const { place } = await world.versionOf(poison);
    const damaged = bytesOf(101, 99);
    await world
      .clientOf(world.idOf('a'))
      .put({ ...place, size: 101, sha256: sha256(damaged), contentType: 'x/y', body: damaged });
    await begin(world);
    await driver(world).run();
    const drain = await found(world);
    expect([drain.state, drain.detail]).toEqual(['blocked', expect.stringContaining('1 objects could not be moved')]);
    expect((await world.drains.moved(DRAIN)).objects).toBe(COUNT - 1);
    expect((await world.nodeOf('a')).state).toBe('draining');
    expect(world.givenUp.length).toBe(1);
  });
});
