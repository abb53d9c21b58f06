import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../lib/local/aws-error.ts';
import { functionArn, HandlerError, type Handler } from '../fake-ports.ts';
import { createWorld, failing, only, runExpress, runOver, task } from './world.ts';

describe('a Task', () => {
  it('calls the function with its input, by the role of the state machine, and gives its answer', async () => {
    const world = createWorld({ handlers: { double: (event) => ({ doubled: Number(Object(event).n) * 2 }) } });
    const stateMachineArn = await world.provision('machine', only(task('double')), 'EXPRESS');
    const ended = await world.call('StartSyncExecution', {
      stateMachineArn,
      input: '{"n":21}',
      traceHeader: 'trace-1',
    });
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: '{"doubled":42}', traceHeader: 'trace-1' });
    const principal = { kind: 'role', arn: 'arn:aws:iam::111111111111:role/machine' };
    expect(world.lambda.calls).toMatchObject([{ event: { n: 21 }, request: { principal, traceId: 'trace-1' } }]);
    expect(world.iam.assumed).toEqual([{ roleArn: principal.arn, service: 'states.amazonaws.com' }]);
  });

  it('calls by the lambda:invoke integration, as the CDK writes it', async () => {
    const state = {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: { FunctionName: functionArn('double'), 'Payload.$': '$.order' },
      ResultSelector: { 'value.$': '$.Payload.value', 'status.$': '$.StatusCode' },
      ResultPath: '$.done',
      End: true,
    };
    const ended = await runExpress(only(state), { order: 1 }, { double: (event) => ({ value: Number(event) * 2 }) });
    expect(ended.output).toEqual({ order: 1, done: { value: 2, status: 200 } });
  });

  it('sends a message to a queue if its role may', async () => {
    const state = {
      Type: 'Task',
      Resource: 'arn:aws:states:::sqs:sendMessage',
      Parameters: {
        QueueUrl: 'http://127.0.0.1:1/111111111111/inbox',
        MessageBody: { 'id.$': '$.id' },
        DelaySeconds: 3,
      },
      ResultPath: null,
      End: true,
    };
    const world = createWorld({});
    const stateMachineArn = await world.provision('machine', only(state), 'EXPRESS');
    await world.call('StartSyncExecution', { stateMachineArn, input: '{"id":"o1"}' });
    const queueArn = 'arn:aws:sqs:eu-central-1:111111111111:inbox';
    expect(world.queues.sent).toEqual([{ queueArn, message: { body: '{"id":"o1"}', delaySeconds: 3 } }]);
    expect(world.iam.asked).toContainEqual(expect.objectContaining({ action: 'sqs:SendMessage', resource: queueArn }));
  });

  it('starts another execution and does not wait for it; a taken name is an error that can be caught', async () => {
    const start = (next: Record<string, unknown>) => ({
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution',
      Parameters: { 'StateMachineArn.$': '$.arn', Name: 'once', 'Input.$': '$' },
      ...next,
    });
    const taken = 'StepFunctions.ExecutionAlreadyExistsException';
    const definition = {
      StartAt: 'First',
      States: {
        First: start({ ResultPath: '$.first', Next: 'Second' }),
        Second: start({ Catch: [{ ErrorEquals: [taken], ResultPath: '$.second', Next: 'Done' }], End: true }),
        Done: { Type: 'Pass', OutputPath: '$.second.Error', End: true },
      },
    };
    const world = createWorld({});
    const child = await world.provision('child', only({ Type: 'Wait', Seconds: 60, End: true }));
    const stateMachineArn = await world.provision('parent', definition, 'EXPRESS');
    const ended = await world.call('StartSyncExecution', { stateMachineArn, input: JSON.stringify({ arn: child }) });
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: `"${taken}"` });
  });

  it('fails by the name of what the function threw, with its answer as the cause', async () => {
    const ended = await runExpress(only(task('f')), {}, { f: failing('OutOfStock') });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'OutOfStock' });
    expect(JSON.parse(String(ended.cause))).toMatchObject({ errorType: 'OutOfStock', errorMessage: 'it went wrong' });
  });

  it.each([
    [new AwsError('AccessDeniedException', 'no', 403), 'Lambda.AWSLambdaException'],
    [new AwsError('TooManyRequestsException', 'slow', 429), 'Lambda.TooManyRequestsException'],
  ])('names refusals of Lambda as AWS does: %s', async (thrown, name) => {
    const refuse: Handler = () => {
      throw thrown;
    };
    expect(await runExpress(only(task('f')), {}, { f: refuse })).toMatchObject({ status: 'FAILED', error: name });
  });

  it('fails with DataLimitExceeded, which nothing catches, when the answer is larger than 256 KiB', async () => {
    const definition = {
      StartAt: 'Large',
      States: {
        Large: task('f', { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Saved' }], End: true }),
        Saved: { Type: 'Succeed' },
      },
    };
    const ended = await runExpress(definition, {}, { f: () => 'x'.repeat(262_144) });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  it.each([
    ['States.Timeout', 'SUCCEEDED'],
    ['States.ALL', 'SUCCEEDED'],
    ['States.TaskFailed', 'FAILED'],
  ])('times out with States.Timeout: caught by %s, it has %s', async (name, status) => {
    const definition = {
      StartAt: 'Slow',
      States: {
        Slow: task('f', { TimeoutSeconds: 3, Catch: [{ ErrorEquals: [name], Next: 'Saved' }], End: true }),
        Saved: { Type: 'Succeed' },
      },
    };
    const { ended, began } = await runOver(3000, definition, {}, { f: () => new Promise(() => undefined) });
    expect(ended).toMatchObject({ status, stopDate: began / 1000 + 3 });
  });
});

describe('Retry', () => {
  it('waits longer each time, up to the greatest delay, and gives up after its attempts', async () => {
    const retry = [{ ErrorEquals: ['Busy'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 4, MaxDelaySeconds: 10 }];
    const at: number[] = [];
    const busy: Handler = () => {
      at.push(world.clock.now());
      throw new HandlerError('Busy', 'later');
    };
    const world = createWorld({ handlers: { f: busy } });
    const stateMachineArn = await world.provision('machine', only(task('f', { Retry: retry, End: true })), 'EXPRESS');
    const ended = world.call('StartSyncExecution', { stateMachineArn });
    await world.clock.advance(60_000);
    expect(await ended).toMatchObject({ status: 'FAILED', error: 'Busy' });
    expect(at.slice(1).map((time, index) => time - Number(at[index]))).toEqual([2000, 6000, 10_000, 10_000]);
  });

  it('counts each retrier for itself, as in the example of the specification', async () => {
    const errors = ['ErrorA', 'ErrorB', 'ErrorC', 'ErrorB', 'ErrorB'];
    const retry = [
      { ErrorEquals: ['ErrorA', 'ErrorB'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 2 },
      { ErrorEquals: ['ErrorC'], IntervalSeconds: 5 },
    ];
    let call = 0;
    const handler: Handler = () => {
      call += 1;
      throw new HandlerError(errors[call - 1] ?? 'None', '');
    };
    const definition = only(task('f', { Retry: retry, End: true }));
    const { ended, times } = await runOver(60_000, definition, {}, { f: handler });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'ErrorB' });
    expect(times).toBe(4);
  });

  it('takes a random part of the delay with full jitter', async () => {
    const retry = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 8, MaxAttempts: 1, JitterStrategy: 'FULL' }];
    const definition = only(task('f', { Retry: retry, End: true }));
    const { ended, began } = await runOver(8000, definition, {}, { f: failing('X') }, () => 0.25);
    expect(ended).toMatchObject({ status: 'FAILED', stopDate: began / 1000 + 2 });
  });

  it('does not retry with no attempts allowed', async () => {
    const definition = only(task('f', { Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 0 }], End: true }));
    expect((await runOver(0, definition, {}, { f: failing('X') })).times).toBe(1);
  });
});

describe('Catch', () => {
  it('takes the first that names the error, after the retries, and gives it error and cause beside the input', async () => {
    const definition = {
      StartAt: 'T',
      States: {
        T: task('f', {
          Retry: [{ ErrorEquals: ['A'], MaxAttempts: 1 }],
          Catch: [
            { ErrorEquals: ['B'], Next: 'Wrong' },
            { ErrorEquals: ['A'], ResultPath: '$.problem', Next: 'Right' },
            { ErrorEquals: ['States.ALL'], Next: 'Wrong' },
          ],
          Next: 'Wrong',
        }),
        Wrong: { Type: 'Fail' },
        Right: { Type: 'Succeed' },
      },
    };
    const { ended, times } = await runOver(1000, definition, { order: 1 }, { f: failing('A') });
    expect(times).toBe(2);
    expect(ended['status']).toBe('SUCCEEDED');
    const problem = { Error: 'A', Cause: expect.stringContaining('it went wrong') };
    expect(JSON.parse(String(ended['output']))).toEqual({ order: 1, problem });
  });
});
