import { describe, expect, it } from 'vitest';
import type { Handler } from '../fake-ports.ts';
import { settle } from '../virtual-clock.ts';
import { createWorld, failing, only, runExpress, runOver, task } from './world.ts';

describe('Wait', () => {
  it.each([
    ['Seconds', 10],
    ['SecondsPath', '$.seconds'],
    ['Timestamp', '2026-03-01T12:00:10Z'],
    ['TimestampPath', '$.at'],
  ])('waits by %s', async (field, value) => {
    const input = { seconds: 10, at: '2026-03-01T13:00:10+01:00' };
    const { ended, began } = await runOver(60_000, only({ Type: 'Wait', [field]: value, End: true }), input, {});
    expect(ended).toMatchObject({ status: 'SUCCEEDED', stopDate: began / 1000 + 10 });
  });
});

describe('Parallel and Map', () => {
  const branch = (name: string): unknown => ({ StartAt: name, States: { [name]: task(name) } });

  it('gives every branch the input, and the answers in the order of the branches', async () => {
    const handlers: Record<string, Handler> = { a: (event) => ['a', event], b: (event) => ['b', event] };
    const ended = await runExpress(
      only({ Type: 'Parallel', Branches: [branch('a'), branch('b')], Parameters: { 'n.$': '$.n' }, End: true }),
      { n: 1 },
      handlers,
    );
    expect(ended.output).toEqual([
      ['a', { n: 1 }],
      ['b', { n: 1 }],
    ]);
  });

  it('ends the other branches when one fails, and is caught by the error of that one', async () => {
    const definition = {
      StartAt: 'Both',
      States: {
        Both: {
          Type: 'Parallel',
          Branches: [
            branch('bad'),
            { StartAt: 'Later', States: { Later: { Type: 'Wait', Seconds: 5, Next: 'good' }, good: task('good') } },
          ],
          Catch: [{ ErrorEquals: ['Broken'], Next: 'Caught' }],
          End: true,
        },
        Caught: { Type: 'Pass', Result: 'caught', End: true },
      },
    };
    const { ended, world } = await runOver(20_000, definition, {}, { bad: failing('Broken'), good: () => 1 });
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: '"caught"', stopDate: ended['startDate'] });
    expect(world.lambda.calls.map((call) => call.name)).toEqual(['bad']);
  });

  it('maps over items with a selector, index and value, as in the example of the specification', async () => {
    const state = {
      Type: 'Map',
      InputPath: '$.detail',
      ItemsPath: '$.shipped',
      ItemSelector: {
        'parcel.$': '$$.Map.Item.Value',
        'index.$': '$$.Map.Item.Index',
        'courier.$': '$.delivery-partner',
      },
      ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, StartAt: 'V', States: { V: task('v') } },
      ResultPath: '$.detail.shipped',
      End: true,
    };
    const input = {
      'ship-date': 'x',
      detail: { 'delivery-partner': 'UQS', shipped: [{ prod: 'R31' }, { prod: 'S39' }] },
    };
    const ended = await runExpress(only(state), input, { v: (event) => event });
    expect(ended.output).toEqual({
      'ship-date': 'x',
      detail: {
        'delivery-partner': 'UQS',
        shipped: [
          { parcel: { prod: 'R31' }, index: 0, courier: 'UQS' },
          { parcel: { prod: 'S39' }, index: 1, courier: 'UQS' },
        ],
      },
    });
  });

  it('runs no more iterations at a time than MaxConcurrency, and 40 at most', async () => {
    const most = async (maxConcurrency: number, items: number): Promise<number> => {
      let now = 0;
      let peak = 0;
      const f: Handler = async () => {
        now += 1;
        peak = Math.max(peak, now);
        await settle();
        now -= 1;
      };
      const state = {
        Type: 'Map',
        MaxConcurrency: maxConcurrency,
        ItemProcessor: { StartAt: 'F', States: { F: task('f') } },
        End: true,
      };
      const ended = await runExpress(
        only(state),
        Array.from({ length: items }, (_, index) => index),
        { f },
      );
      expect(ended.output).toHaveLength(items);
      return peak;
    };
    expect(await most(3, 20)).toBe(3);
    expect(await most(1, 5)).toBe(1);
    expect(await most(0, 60)).toBe(40);
  });
});

describe('an Express execution', () => {
  it('times out as a whole, which nothing inside can catch', async () => {
    const definition = {
      TimeoutSeconds: 25,
      StartAt: 'T',
      States: {
        T: task('f', { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Saved' }], End: true }),
        Saved: { Type: 'Succeed' },
      },
    };
    const { ended, began } = await runOver(30_000, definition, {}, { f: () => new Promise(() => undefined) });
    expect(ended).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout', stopDate: began / 1000 + 25 });
  });

  it('lets other work run in a loop of states that only compute', async () => {
    const definition = {
      TimeoutSeconds: 1,
      StartAt: 'A',
      States: { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } },
    };
    expect((await runOver(1000, definition, {}, {})).ended).toMatchObject({ status: 'TIMED_OUT' });
  });

  it('is refused for input that is not JSON, an unknown machine, and a Standard machine', async () => {
    const world = createWorld({});
    const express = await world.provision('express', only({ Type: 'Succeed' }), 'EXPRESS');
    const standard = await world.provision('standard', only({ Type: 'Succeed' }));
    const sync = (stateMachineArn: string, input = '{}') =>
      world.call('StartSyncExecution', { stateMachineArn, input });
    await expect(sync(express, '{')).rejects.toMatchObject({ code: 'InvalidExecutionInput' });
    await expect(sync(`${express}x`)).rejects.toMatchObject({ code: 'StateMachineDoesNotExist' });
    await expect(sync(standard)).rejects.toMatchObject({ code: 'StateMachineTypeNotSupported' });
  });

  it('needs the grant to start it', async () => {
    const world = createWorld({ denies: (request) => request.action === 'states:StartSyncExecution' });
    const stateMachineArn = await world.provision('machine', only({ Type: 'Succeed' }), 'EXPRESS');
    await expect(world.call('StartSyncExecution', { stateMachineArn })).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
  });
});
