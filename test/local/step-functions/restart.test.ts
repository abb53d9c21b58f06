import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Handler } from '../fake-ports.ts';
import { createVirtualClock, settle, type VirtualClock } from '../virtual-clock.ts';
import { createWorld, only, started, task, type World } from './world.ts';

describe('a Standard execution whose process is killed', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'step-functions-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const states = {
    First: task('a', { ResultPath: '$.a', Next: 'Pause' }),
    Pause: { Type: 'Wait', Seconds: 30, Next: 'Both' },
    Both: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'B', States: { B: task('b', { Next: 'C' }), C: task('c') } },
        {
          StartAt: 'Each',
          States: {
            Each: {
              Type: 'Map',
              ItemsPath: '$.items',
              MaxConcurrency: 1,
              ItemProcessor: { StartAt: 'D', States: { D: task('d') } },
              End: true,
            },
          },
        },
      ],
      ResultPath: '$.both',
      Next: 'Last',
    },
    Last: task('e', { ResultPath: '$.e', End: true }),
  };
  const definition = { StartAt: 'First', States: states };
  const input = { items: [1, 2, 3] };
  const answer: Handler = (event, request) =>
    `${request.functionArn.split(':')[6]}:${typeof event === 'number' ? event : 'ok'}`;
  const names = ['a', 'b', 'c', 'd', 'e'];
  const calm = Object.fromEntries(names.map((name) => [name, answer]));
  const whole = { items: [1, 2, 3], a: 'a:ok', both: ['c:ok', ['d:1', 'd:2', 'd:3']], e: 'e:ok' };

  /** A process that dies when its functions are called for the nth time: the call has no answer, the state is closed. */
  const dyingAt = (file: string, clock: VirtualClock, call: number) => {
    let count = 0;
    const world: World = createWorld({
      file,
      clock,
      handlers: Object.fromEntries(
        names.map((name): [string, Handler] => [
          name,
          async (event, request) => {
            count += 1;
            if (count < call) return answer(event, request);
            if (count === call) await world.state.close();
            return new Promise(() => undefined);
          },
        ]),
      ),
    });
    return world;
  };

  it.each([1, 2, 3, 4, 5, 6, 7])('goes on from the last finished state after dying in call %i', async (call) => {
    const file = join(directory, 'state.db');
    const firstClock = createVirtualClock();
    const first = dyingAt(file, firstClock, call);
    const executionArn = await started(first, await first.provision('machine', definition), input, 'one');
    await firstClock.advance(40_000);
    const answered = first.lambda.calls.slice(0, call - 1).map((one) => [one.name, one.event]);
    expect(first.lambda.calls.length).toBeGreaterThanOrEqual(call);

    const second = createWorld({ file, handlers: calm, clock: createVirtualClock('2026-03-01T12:05:00.000Z') });
    await second.provision('machine', definition);
    second.functions.resume();
    await second.clock.advance(40_000);
    await second.functions.finished(executionArn);
    const described = await second.call('DescribeExecution', { executionArn });
    expect(JSON.parse(String(described['output']))).toEqual(whole);
    const again = second.lambda.calls.map((one) => [one.name, one.event]);
    // What was answered and journalled is not done again; the journal entry of the very last answer may not have been made.
    for (const done of answered.slice(0, -2)) expect(again).not.toContainEqual(done);
    expect(answered.length + again.length).toBeLessThanOrEqual(7 + 2);
    const { events } = await second.call('GetExecutionHistory', { executionArn, maxResults: 1000 });
    const types = Object(events).map(({ type }: { type: string }) => type);
    expect([types[0], types.at(-1)]).toEqual(['ExecutionStarted', 'ExecutionSucceeded']);
    expect(types.filter((type: string) => type === 'ExecutionStarted')).toHaveLength(1);
    await second.state.close();
  });

  it('waits only for what is left of a Wait', async () => {
    const file = join(directory, 'state.db');
    const machine = only({ Type: 'Wait', Seconds: 100, End: true });
    const first = createWorld({ file });
    const executionArn = await started(first, await first.provision('machine', machine), {});
    await first.clock.advance(30_000);
    await first.state.close();

    const second = createWorld({ file, clock: createVirtualClock('2026-03-01T12:01:00.000Z') });
    await second.provision('machine', machine);
    second.functions.resume();
    await second.clock.advance(39_000);
    expect(await second.call('DescribeExecution', { executionArn })).toMatchObject({ status: 'RUNNING' });
    await second.clock.advance(1000);
    await second.functions.finished(executionArn);
    expect(await second.call('DescribeExecution', { executionArn })).toMatchObject({ status: 'SUCCEEDED' });
    await second.state.close();
  });

  it('remembers the retries that were used', async () => {
    const file = join(directory, 'state.db');
    const machine = only({
      ...task('f'),
      Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 10, MaxAttempts: 2, BackoffRate: 1 }],
    });
    const broken: Handler = () => {
      throw new Error('no');
    };
    const first = createWorld({ file, handlers: { f: broken } });
    const executionArn = await started(first, await first.provision('machine', machine), {});
    await first.clock.advance(5000);
    await first.state.close();

    const second = createWorld({
      file,
      handlers: { f: broken },
      clock: createVirtualClock('2026-03-01T12:00:05.000Z'),
    });
    await second.provision('machine', machine);
    second.functions.resume();
    await settle();
    expect(second.lambda.calls).toHaveLength(0);
    await second.clock.advance(60_000);
    await second.functions.finished(executionArn);
    expect(first.lambda.calls.length + second.lambda.calls.length).toBe(3);
    await second.state.close();
  });

  it('goes on with the definition that it began with, though the templates have a new one', async () => {
    const file = join(directory, 'state.db');
    const first = createWorld({ file });
    const wait = {
      StartAt: 'W',
      States: { W: { Type: 'Wait', Seconds: 10, Next: 'Old' }, Old: { Type: 'Pass', Result: 'old', End: true } },
    };
    const executionArn = await started(first, await first.provision('machine', wait), {});
    await first.clock.advance(1000);
    await first.state.close();

    const second = createWorld({ file });
    await second.provision('machine', only({ Type: 'Pass', Result: 'new', End: true }));
    second.functions.resume();
    await second.clock.advance(20_000);
    await second.functions.finished(executionArn);
    expect(await second.call('DescribeExecution', { executionArn })).toMatchObject({ output: '"old"' });
    await second.state.close();
  });

  it('is left for the next start by a clean stop', async () => {
    const file = join(directory, 'state.db');
    const first = createWorld({ file, handlers: { f: () => new Promise(() => undefined) } });
    const executionArn = await started(first, await first.provision('machine', only(task('f'))), {});
    await settle();
    await first.functions.stop();
    await first.state.close();

    const second = createWorld({ file, handlers: { f: () => 'done' } });
    await second.provision('machine', only(task('f')));
    second.functions.resume();
    await second.functions.finished(executionArn);
    expect(await second.call('DescribeExecution', { executionArn })).toMatchObject({
      status: 'SUCCEEDED',
      output: '"done"',
    });
    await second.state.close();
  });
});
