import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../lib/local/aws-error.ts';
import { createMeter } from '../../../lib/local/meter.ts';
import { createSchedules } from '../../../lib/local/scheduler/create-schedules.ts';
import { readScheduleExpression } from '../../../lib/local/scheduler/expression.ts';
import { createState } from '../../../lib/local/state.ts';
import {
  account,
  createFakeIam,
  createFakeLambda,
  createFakeQueues,
  createKeptLog,
  functionArn,
  resource,
  role,
  root,
  type Handler,
} from '../fake-ports.ts';
import { createVirtualClock } from '../virtual-clock.ts';

const times = (expression: string, timeZone: string, from: string, count: number): string[] => {
  const timing = readScheduleExpression(expression, timeZone);
  const found: string[] = [];
  let at: number | undefined = Date.parse(from);
  for (let index = 0; index < count; index += 1) {
    at = at === undefined ? undefined : timing.next(at, Date.parse(from));
    if (at !== undefined) found.push(new Date(at).toISOString().slice(0, 16));
  }
  return found;
};

describe('schedule expressions', () => {
  it.each([
    // The examples of the documentation, from Sunday 2026-03-01 12:00 UTC.
    ['cron(0 10 * * ? *)', 'UTC', ['2026-03-02T10:00', '2026-03-03T10:00']],
    ['cron(15 12 * * ? *)', 'UTC', ['2026-03-01T12:15', '2026-03-02T12:15']],
    ['cron(0 18 ? * MON-FRI *)', 'UTC', ['2026-03-02T18:00', '2026-03-03T18:00']],
    ['cron(0 8 1 * ? *)', 'UTC', ['2026-04-01T08:00', '2026-05-01T08:00']],
    ['cron(0/15 * * * ? *)', 'UTC', ['2026-03-01T12:15', '2026-03-01T12:30']],
    ['cron(0/10 * ? * MON-FRI *)', 'UTC', ['2026-03-02T00:00', '2026-03-02T00:10']],
    ['cron(0/5 8-17 ? * MON-FRI *)', 'UTC', ['2026-03-02T08:00', '2026-03-02T08:05']],
    ['cron(15 10 ? * 6L 2026-2027)', 'UTC', ['2026-03-27T10:15', '2026-04-24T10:15']],
    ['cron(0 9 ? * 2#1 *)', 'UTC', ['2026-03-02T09:00', '2026-04-06T09:00']],
    ['cron(0 9 ? * 1 *)', 'UTC', ['2026-03-08T09:00', '2026-03-15T09:00']],
    ['cron(0 9 ? * 2,4-5 *)', 'UTC', ['2026-03-02T09:00', '2026-03-04T09:00', '2026-03-05T09:00', '2026-03-09T09:00']],
    ['cron(0 0 L * ? *)', 'UTC', ['2026-03-31T00:00', '2026-04-30T00:00']],
    ['cron(0 0 15W * ? *)', 'UTC', ['2026-03-16T00:00', '2026-04-15T00:00']],
    ['cron(0 12 * * ? 2027)', 'UTC', ['2027-01-01T12:00', '2027-01-02T12:00']],
    // Across the change to summer time in Berlin on 2026-03-29.
    ['cron(30 9 28-30 3 ? *)', 'Europe/Berlin', ['2026-03-28T08:30', '2026-03-29T07:30', '2026-03-30T07:30']],
    ['rate(5 minutes)', 'UTC', ['2026-03-01T12:05', '2026-03-01T12:10']],
    ['rate(1 hour)', 'UTC', ['2026-03-01T13:00', '2026-03-01T14:00']],
    ['rate(7 days)', 'UTC', ['2026-03-08T12:00', '2026-03-15T12:00']],
    ['at(2026-07-01T10:00:00)', 'Europe/Berlin', ['2026-07-01T08:00']],
    ['at(2026-02-01T10:00:00)', 'UTC', []],
  ])('%s in %s', (expression, timeZone, expected) => {
    expect(times(expression, timeZone, '2026-03-01T12:00:00Z', Math.max(2, expected.length))).toEqual(expected);
  });

  it.each([
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(0 minutes)',
    'rate(1 week)',
    'cron(0 10 * * *)',
    'cron(0 10 * * * *)',
    'cron(0 10 ? * ? *)',
    'cron(0 10 ? * 8 *)',
    'cron(99 10 * * ? *)',
    'at(tomorrow)',
    'every day',
  ])('%s is refused', (expression) => {
    expect(() => readScheduleExpression(expression, 'UTC')).toThrow();
  });
});

const createWorld = (
  options: {
    readonly state?: ReturnType<typeof createState>;
    readonly start?: string;
    readonly handler?: Handler;
  } = {},
) => {
  const clock = createVirtualClock(options.start);
  const state = options.state ?? createState({ file: ':memory:', synchronous: 'NORMAL' });
  const iam = createFakeIam();
  const lambda = createFakeLambda({ sweep: options.handler ?? (() => null) });
  const queues = createFakeQueues();
  const { log, entries } = createKeptLog();
  const schedules = createSchedules({
    account,
    state,
    log,
    clock,
    iam: iam.iam,
    lambda: lambda.lambda,
    queues: queues.queues,
    meter: createMeter(),
  });
  const provision = (properties: Record<string, unknown>, target: Record<string, unknown> = {}) =>
    schedules.provisioners[0]?.provision(
      resource('AWS::Scheduler::Schedule', 'Sweep', {
        ScheduleExpression: 'rate(1 minute)',
        ScheduleExpressionTimezone: 'UTC',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: functionArn('sweep'), RoleArn: role('scheduler'), ...target },
        ...properties,
      }),
    );
  return { clock, state, iam, lambda, queues, entries, schedules, provision };
};

const arn = 'arn:aws:scheduler:eu-central-1:111111111111:schedule/default/shop-Sweep';

describe('a schedule', () => {
  it('invokes its function at its times, by its role, so that the run is on disk', async () => {
    const world = createWorld();
    expect(await world.provision({})).toEqual({ ref: 'shop-Sweep', attributes: { Arn: arn } });
    world.schedules.start();
    await world.clock.advance(150_000);
    expect(world.lambda.calls).toHaveLength(2);
    expect(world.lambda.calls[0]).toMatchObject({
      event: {
        source: 'aws.scheduler',
        'detail-type': 'Scheduled Event',
        time: '2026-03-01T12:01:00Z',
        resources: [arn],
        detail: '{}',
      },
      request: { type: 'Event', principal: { arn: role('scheduler') } },
    });
    expect(world.iam.assumed).toEqual([{ roleArn: role('scheduler'), service: 'scheduler.amazonaws.com' }]);
    await world.schedules.stop();
    expect(world.clock.waiting()).toBe(0);
  });

  it('gives its input with its context attributes', async () => {
    const world = createWorld();
    await world.provision({}, { Input: '{"at":"<aws.scheduler.scheduled-time>","of":"<aws.scheduler.schedule-arn>"}' });
    world.schedules.start();
    await world.clock.advance(60_000);
    expect(world.lambda.calls[0]?.event).toEqual({ at: '2026-03-01T12:01:00Z', of: arn });
  });

  it('runs once for all that it missed while nothing ran, then at its times again', async () => {
    const state = createState({ file: ':memory:', synchronous: 'NORMAL' });
    const first = createWorld({ state });
    await first.provision({ ScheduleExpression: 'rate(10 minutes)' });
    first.schedules.start();
    await first.clock.advance(10 * 60_000);
    expect(first.lambda.calls).toHaveLength(1);
    await first.schedules.stop();

    const second = createWorld({ state, start: '2026-03-01T13:05:00.000Z' });
    await second.provision({ ScheduleExpression: 'rate(10 minutes)' });
    second.schedules.start();
    await second.clock.advance(1000);
    expect(second.lambda.calls).toHaveLength(1);
    await second.clock.advance(5 * 60_000);
    expect(second.lambda.calls.map(({ event }) => Object(event).time)).toEqual([
      '2026-03-01T12:20:00Z',
      '2026-03-01T13:10:00Z',
    ]);
    await second.schedules.stop();
  });

  it('does not make up for runs of another expression', async () => {
    const state = createState({ file: ':memory:', synchronous: 'NORMAL' });
    await createWorld({ state }).provision({});
    const second = createWorld({ state, start: '2026-03-01T13:05:00.000Z' });
    await second.provision({ ScheduleExpression: 'rate(1 hour)' });
    second.schedules.start();
    await second.clock.advance(59 * 60_000);
    expect(second.lambda.calls).toHaveLength(0);
  });

  it('does nothing when disabled, before its start and after its end', async () => {
    const disabled = createWorld();
    await disabled.provision({ State: 'DISABLED' });
    disabled.schedules.start();
    await disabled.clock.advance(600_000);
    expect(disabled.lambda.calls).toHaveLength(0);
    const bounded = createWorld();
    await bounded.provision({ StartDate: '2026-03-01T12:03:00Z', EndDate: '2026-03-01T12:05:00Z' });
    bounded.schedules.start();
    await bounded.clock.advance(600_000);
    expect(bounded.lambda.calls.map(({ event }) => Object(event).time)).toEqual([
      '2026-03-01T12:03:00Z',
      '2026-03-01T12:04:00Z',
      '2026-03-01T12:05:00Z',
    ]);
  });

  it('tries again by its policy when the function cannot be invoked, and then leaves a dead letter', async () => {
    const dead = 'arn:aws:sqs:eu-central-1:111111111111:missed';
    const world = createWorld({
      handler: () => {
        throw new AwsError('TooManyRequestsException', 'busy', 429);
      },
    });
    await world.provision(
      { ScheduleExpression: 'at(2026-03-01T12:01:00)' },
      { RetryPolicy: { MaximumRetryAttempts: 2 }, DeadLetterConfig: { Arn: dead } },
    );
    world.schedules.start();
    await world.clock.advance(600_000);
    expect(world.lambda.calls).toHaveLength(3);
    expect(world.queues.sent).toMatchObject([
      {
        queueArn: dead,
        message: { attributes: { ERROR_CODE: 'TooManyRequestsException', RETRY_ATTEMPTS: '2', SCHEDULE_ARN: arn } },
      },
    ]);
    expect(world.iam.asked).toMatchObject([
      { action: 'lambda:InvokeFunction' },
      { action: 'sqs:SendMessage' },
      { principal: { arn: role('scheduler') }, action: 'sqs:SendMessage', resource: dead },
    ]);
  });

  it('asks at once whether its role may run its target and leave a dead letter', async () => {
    const dead = 'arn:aws:sqs:eu-central-1:111111111111:missed';
    const world = createWorld();
    await world.provision({ ScheduleExpression: 'at(2026-03-01T12:01:00)' }, { DeadLetterConfig: { Arn: dead } });
    const principal = { arn: role('scheduler') };
    expect(world.iam.asked).toMatchObject([
      { principal, action: 'lambda:InvokeFunction' },
      { principal, action: 'sqs:SendMessage', resource: dead },
    ]);
  });

  it('is listed and described', async () => {
    const world = createWorld();
    await world.provision({});
    const { service } = world.schedules;
    expect(await service.call('ListSchedules', {}, root)).toMatchObject({
      Schedules: [{ Name: 'shop-Sweep', State: 'ENABLED' }],
    });
    expect(await service.call('GetSchedule', { Name: 'shop-Sweep' }, root)).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
    });
    await expect(service.call('CreateSchedule', {}, root)).rejects.toMatchObject({ code: 'NotImplemented' });
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>, string]>([
    ['another target', {}, { Arn: 'arn:aws:ecs:eu-central-1:111111111111:cluster/x' }, 'Target.Arn'],
    ['a wrong expression', { ScheduleExpression: 'cron(x)' }, {}, 'ScheduleExpression'],
    ['a property that is not known', { Special: 1 }, {}, 'Special'],
  ])('is refused with %s', async (_what, properties, target, path) => {
    await expect(createWorld().provision(properties, target)).rejects.toThrow(`shop/Sweep.Properties.${path}`);
  });
});
