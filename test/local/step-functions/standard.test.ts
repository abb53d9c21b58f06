import { describe, expect, it } from 'vitest';
import { functionArn } from '../fake-ports.ts';
import { createWorld, only, started, task } from './world.ts';

describe('a Standard execution', () => {
  it('can be described while it runs and when it has ended', async () => {
    const world = createWorld({ handlers: { f: () => ({ done: true }) } });
    const definition = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 60, Next: 'F' }, F: task('f') } };
    const executionArn = await started(world, await world.provision('machine', definition), { a: 1 }, 'one');
    expect(executionArn).toBe('arn:aws:states:eu-central-1:111111111111:execution:machine:one');
    expect(await world.call('DescribeExecution', { executionArn })).toMatchObject({
      status: 'RUNNING',
      input: '{"a":1}',
      stopDate: undefined,
    });
    await world.clock.advance(60_000);
    await world.functions.finished(executionArn);
    expect(await world.call('DescribeExecution', { executionArn })).toMatchObject({
      status: 'SUCCEEDED',
      output: '{"done":true}',
      startDate: Date.parse('2026-03-01T12:00:00Z') / 1000,
      stopDate: Date.parse('2026-03-01T12:01:00Z') / 1000,
    });
  });

  it('has a name that is used once: the same again while it runs is the same execution, else it already exists', async () => {
    const world = createWorld({});
    const machine = await world.provision('machine', only({ Type: 'Wait', Seconds: 60, End: true }));
    const first = await started(world, machine, { a: 1 }, 'order-1');
    expect(await started(world, machine, { a: 1 }, 'order-1')).toBe(first);
    await expect(started(world, machine, { a: 2 }, 'order-1')).rejects.toMatchObject({
      code: 'ExecutionAlreadyExists',
    });
    await world.clock.advance(60_000);
    await world.functions.finished(first);
    await expect(started(world, machine, { a: 1 }, 'order-1')).rejects.toMatchObject({
      code: 'ExecutionAlreadyExists',
    });
  });

  it('keeps a history in the words of AWS', async () => {
    const world = createWorld({ handlers: { f: () => 1 } });
    const definition = { StartAt: 'P', States: { P: { Type: 'Pass', Next: 'F' }, F: task('f') } };
    const executionArn = await started(world, await world.provision('machine', definition), {});
    await world.functions.finished(executionArn);
    const { events } = await world.call('GetExecutionHistory', { executionArn });
    expect(events).toMatchObject([
      { id: 1, previousEventId: 0, type: 'ExecutionStarted', executionStartedEventDetails: { input: '{}' } },
      { id: 2, previousEventId: 1, type: 'PassStateEntered', stateEnteredEventDetails: { name: 'P', input: '{}' } },
      { id: 3, previousEventId: 2, type: 'PassStateExited', stateExitedEventDetails: { name: 'P', output: '{}' } },
      { id: 4, previousEventId: 3, type: 'TaskStateEntered' },
      {
        id: 5,
        type: 'LambdaFunctionScheduled',
        lambdaFunctionScheduledEventDetails: { resource: functionArn('f'), input: '{}' },
      },
      { id: 6, type: 'LambdaFunctionStarted' },
      { id: 7, type: 'LambdaFunctionSucceeded', lambdaFunctionSucceededEventDetails: { output: '1' } },
      { id: 8, type: 'TaskStateExited', stateExitedEventDetails: { name: 'F', output: '1' } },
      { id: 9, previousEventId: 8, type: 'ExecutionSucceeded', executionSucceededEventDetails: { output: '1' } },
    ]);
    const page = await world.call('GetExecutionHistory', { executionArn, maxResults: 2, reverseOrder: true });
    expect(page).toMatchObject({ events: [{ id: 9 }, { id: 8 }], nextToken: '2' });
    expect(
      await world.call('GetExecutionHistory', {
        executionArn,
        maxResults: 2,
        reverseOrder: true,
        nextToken: page['nextToken'],
      }),
    ).toMatchObject({
      events: [{ id: 7 }, { id: 6 }],
    });
  });

  it('is stopped by StopExecution, with its reason', async () => {
    const world = createWorld({});
    const executionArn = await started(
      world,
      await world.provision('machine', only({ Type: 'Wait', Seconds: 60, End: true })),
      {},
    );
    await world.call('StopExecution', { executionArn, error: 'Operator', cause: 'not wanted' });
    expect(await world.call('DescribeExecution', { executionArn })).toMatchObject({
      status: 'ABORTED',
      error: 'Operator',
      cause: 'not wanted',
    });
    expect(world.clock.waiting()).toBe(0);
  });

  it('times out as a whole', async () => {
    const world = createWorld({});
    const definition = { TimeoutSeconds: 10, StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 60, End: true } } };
    const executionArn = await started(world, await world.provision('machine', definition), {});
    await world.clock.advance(10_000);
    await world.functions.finished(executionArn);
    expect(await world.call('DescribeExecution', { executionArn })).toMatchObject({
      status: 'TIMED_OUT',
      error: 'States.Timeout',
    });
  });

  it('ends when it goes round for ever, as AWS ends it at 25,000 events', async () => {
    const world = createWorld({});
    const definition = { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } } };
    const executionArn = await started(world, await world.provision('machine', definition), {});
    await world.functions.finished(executionArn);
    expect(await world.call('DescribeExecution', { executionArn })).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
    });
  });

  it('is listed, newest first, by status and page', async () => {
    const world = createWorld({ handlers: { f: (event) => event } });
    const machine = await world.provision('machine', only({ Type: 'Wait', SecondsPath: '$.s', End: true }));
    for (const [index, s] of [0, 100, 0].entries()) {
      await started(world, machine, { s }, `run-${index}`);
      await world.clock.advance(1000);
    }
    const names = async (more: Record<string, unknown>) => {
      const answer = await world.call('ListExecutions', { stateMachineArn: machine, ...more });
      return [answer['executions'], answer['nextToken']];
    };
    expect(await names({})).toMatchObject([[{ name: 'run-2' }, { name: 'run-1' }, { name: 'run-0' }], undefined]);
    expect(await names({ statusFilter: 'RUNNING' })).toMatchObject([[{ name: 'run-1', status: 'RUNNING' }], undefined]);
    expect(await names({ maxResults: 2 })).toMatchObject([[{ name: 'run-2' }, { name: 'run-1' }], '2']);
    expect(await names({ maxResults: 2, nextToken: '2' })).toMatchObject([[{ name: 'run-0' }], undefined]);
  });

  it('keeps the histories of the newest thousand, and the names of the others', async () => {
    const world = createWorld({});
    const machine = await world.provision('machine', only({ Type: 'Succeed' }));
    for (let index = 0; index < 1100; index += 1) {
      await world.functions.finished(await started(world, machine, {}, `run-${index}`));
      await world.clock.advance(1);
    }
    const events = async (name: string) => {
      const executionArn = `arn:aws:states:eu-central-1:111111111111:execution:machine:${name}`;
      return (await world.call('GetExecutionHistory', { executionArn }))['events'];
    };
    expect(await events('run-0')).toEqual([]);
    expect(await events('run-1099')).toHaveLength(4);
    await expect(started(world, machine, {}, 'run-0')).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
  });

  it('refuses parameters and operations that are not implemented by name', async () => {
    const world = createWorld({});
    await expect(world.call('RedriveExecution', {})).rejects.toMatchObject({
      code: 'NotImplemented',
      message: expect.stringContaining('states:RedriveExecution'),
    });
    await expect(world.call('ListExecutions', { mapRunArn: 'x' })).rejects.toMatchObject({
      code: 'NotImplemented',
      message: expect.stringContaining('mapRunArn'),
    });
  });

  it('describes and lists state machines', async () => {
    const world = createWorld({});
    const stateMachineArn = await world.provision('machine', only({ Type: 'Succeed' }));
    expect(await world.call('ListStateMachines', {})).toMatchObject({
      stateMachines: [{ name: 'machine', type: 'STANDARD' }],
    });
    expect(await world.call('DescribeStateMachine', { stateMachineArn })).toMatchObject({
      definition: JSON.stringify(only({ Type: 'Succeed' })),
    });
  });
});
