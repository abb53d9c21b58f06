import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { createAssumedRoles } from '../assumed-roles.ts';
import { AwsError, notImplemented } from '../aws-error.ts';
import { systemClock, type Clock } from '../clock.ts';
import type {
  Account,
  AwsService,
  Iam,
  Lambda,
  Log,
  Meter,
  Principal,
  Provisioner,
  Queues,
  State,
  Stoppable,
  TemplateResource,
} from '../contracts.ts';
import { eventTime } from '../event-time.ts';
import type { JsonObject } from '../json.ts';
import { domainOf } from '../log.ts';
import { operationInput } from '../operation-input.ts';
import { physicalName } from '../physical-name.ts';
import { readProperties } from '../read-properties.ts';
import { createRedelivery, usualRetryPolicy, type GivenUp, type RetryPolicy } from '../redelivery.ts';
import { readScheduleExpression } from './expression.ts';
import { createTimetable } from './timetable.ts';

const Target = z.strictObject({
  Arn: z
    .string()
    .regex(/^arn:[^:]+:lambda:[^:]+:\d+:function:/, 'the local cloud implements functions as targets only'),
  RoleArn: z.string(),
  Input: z.string().optional(),
  RetryPolicy: z
    .strictObject({
      MaximumRetryAttempts: z.coerce.number().optional(),
      MaximumEventAgeInSeconds: z.coerce.number().optional(),
    })
    .optional(),
  DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
});

const ScheduleProperties = z.object({
  Name: z.string().optional(),
  GroupName: z.string().default('default'),
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().default('UTC'),
  // A flexible window lets AWS choose a moment in it: its beginning is one.
  FlexibleTimeWindow: z.strictObject({
    Mode: z.enum(['OFF', 'FLEXIBLE']),
    MaximumWindowInMinutes: z.coerce.number().optional(),
  }),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  StartDate: z.string().optional(),
  EndDate: z.string().optional(),
  Target,
});

interface Schedule {
  readonly arn: string;
  readonly name: string;
  readonly group: string;
  readonly enabled: boolean;
  readonly expression: string;
  readonly timeZone: string;
  readonly target: z.output<typeof Target>;
  readonly retryPolicy: RetryPolicy;
}

export interface Schedules extends Stoppable {
  readonly service: AwsService;
  readonly provisioners: readonly Provisioner[];
  /** Begins to run what is due; call it when everything is provisioned. */
  start(): void;
}

const retryPolicyOf = (target: z.output<typeof Target>): RetryPolicy => ({
  mostAttempts: target.RetryPolicy?.MaximumRetryAttempts ?? usualRetryPolicy.mostAttempts,
  oldestMs: (target.RetryPolicy?.MaximumEventAgeInSeconds ?? usualRetryPolicy.oldestMs / 1000) * 1000,
});

const instantOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Date.parse(text));

const describe = (schedule: Schedule) => ({
  Arn: schedule.arn,
  Name: schedule.name,
  GroupName: schedule.group,
  State: schedule.enabled ? 'ENABLED' : 'DISABLED',
  Target: { Arn: schedule.target.Arn },
});

/** EventBridge Scheduler: functions at set times. A run is with Lambda, on disk, or kept to be tried again. */
export const createSchedules = (deps: {
  readonly account: Account;
  readonly iam: Iam;
  readonly lambda: Lambda;
  readonly queues: Queues;
  readonly state: State;
  readonly meter: Meter;
  readonly log: Log;
  readonly clock?: Clock;
}): Schedules => {
  const { account, iam, lambda, queues, state, meter, log, clock = systemClock } = deps;
  const assume = createAssumedRoles(iam, 'scheduler.amazonaws.com');
  const schedules = new Map<string, Schedule>();
  const timetable = createTimetable({ owner: 'scheduler', state, clock, log });

  const scheduleOf = (arn: string): Schedule => {
    const schedule = schedules.get(arn);
    if (schedule === undefined) throw new AwsError('ResourceNotFoundException', `Schedule ${arn} does not exist.`, 404);
    return schedule;
  };

  const invoke = async (arn: string, payload: string): Promise<void> => {
    const { target } = scheduleOf(arn);
    await lambda.invoke({ functionArn: target.Arn, payload, principal: assume(target.RoleArn), type: 'Event' });
  };

  const giveUp = async (arn: string, body: string, why: GivenUp): Promise<void> => {
    const schedule = schedules.get(arn);
    const deadLetterArn = schedule?.target.DeadLetterConfig?.Arn;
    log.write({ source: 'schedule', level: 'error', message: `${arn} could not be run: ${why.code} ${why.message}` });
    if (schedule === undefined || deadLetterArn === undefined) return;
    try {
      iam.authorize({ principal: assume(schedule.target.RoleArn), action: 'sqs:SendMessage', resource: deadLetterArn });
      const attributes = {
        SCHEDULE_ARN: arn,
        TARGET_ARN: schedule.target.Arn,
        ERROR_CODE: why.code,
        ERROR_MESSAGE: why.message,
        RETRY_ATTEMPTS: String(why.retries),
      };
      await queues.send(deadLetterArn, [{ body, attributes }]);
    } catch (error) {
      log.write({ source: 'schedule', level: 'error', message: `${deadLetterArn} does not take it: ${String(error)}` });
    }
  };

  const redelivery = createRedelivery({
    owner: 'scheduler',
    state,
    clock,
    log,
    policyOf: (arn) => schedules.get(arn)?.retryPolicy ?? usualRetryPolicy,
    attempt: invoke,
    giveUp,
  });

  /** Without an Input, the target gets an event of the scheduler's own. */
  const payloadOf = (schedule: Schedule, dueAt: number): string => {
    const { Input: input } = schedule.target;
    if (input === undefined) {
      return JSON.stringify({
        version: '0',
        id: randomUUID(),
        'detail-type': 'Scheduled Event',
        source: 'aws.scheduler',
        account: account.accountId,
        time: eventTime(dueAt),
        region: account.region,
        resources: [schedule.arn],
        detail: '{}',
      });
    }
    return input
      .replaceAll('<aws.scheduler.schedule-arn>', schedule.arn)
      .replaceAll('<aws.scheduler.scheduled-time>', eventTime(dueAt))
      .replaceAll('<aws.scheduler.execution-id>', randomUUID())
      .replaceAll('<aws.scheduler.attempt-number>', '1');
  };

  const run = async (schedule: Schedule, dueAt: number): Promise<void> => {
    const payload = payloadOf(schedule, dueAt);
    meter.count('scheduler.invocations');
    const name = schedule.target.Arn.split(':')[6] ?? '';
    log.write({ source: 'schedule', level: 'debug', domain: domainOf(name), message: `${schedule.name} -> ${name}` });
    try {
      await invoke(schedule.arn, payload);
    } catch (error) {
      await redelivery.failed(schedule.arn, payload, error);
    }
  };

  const provision = async (resource: TemplateResource) => {
    const properties = readProperties(resource, ScheduleProperties);
    const name = properties.Name ?? physicalName(resource, 64);
    const { GroupName: group, ScheduleExpression: expression, ScheduleExpressionTimezone: timeZone } = properties;
    const arn = `arn:${account.partition}:scheduler:${account.region}:${account.accountId}:schedule/${group}/${name}`;
    const schedule: Schedule = {
      arn,
      name,
      group,
      expression,
      timeZone,
      enabled: properties.State === 'ENABLED',
      target: properties.Target,
      retryPolicy: retryPolicyOf(properties.Target),
    };
    const timing = (() => {
      try {
        return readScheduleExpression(expression, timeZone);
      } catch (error) {
        throw new Error(`${resource.path}.Properties.ScheduleExpression: ${String(error)}`, { cause: error });
      }
    })();
    // Asked for at the start: a schedule may be months away, and its dead letters are for the day when all else fails.
    const principal = assume(schedule.target.RoleArn);
    iam.authorize({ principal, action: 'lambda:InvokeFunction', resource: schedule.target.Arn });
    const deadLetterArn = schedule.target.DeadLetterConfig?.Arn;
    if (deadLetterArn !== undefined) iam.authorize({ principal, action: 'sqs:SendMessage', resource: deadLetterArn });
    schedules.set(arn, schedule);
    if (schedule.enabled) {
      await timetable.put({
        key: arn,
        text: `${expression} ${timeZone}`,
        timing,
        from: instantOf(properties.StartDate),
        until: instantOf(properties.EndDate),
        run: (dueAt) => run(schedule, dueAt),
      });
    }
    return { ref: name, attributes: { Arn: arn } };
  };

  const allow = (principal: Principal, action: string, resource: string): void =>
    iam.authorize({
      principal,
      action: `scheduler:${action}`,
      resource: `arn:${account.partition}:scheduler:${account.region}:${account.accountId}:${resource}`,
    });

  const operations: Readonly<Record<string, (input: JsonObject, principal: Principal) => unknown>> = {
    ListSchedules: (input, principal) => {
      const read = operationInput('scheduler:ListSchedules', input, ['NamePrefix']);
      allow(principal, 'ListSchedules', 'schedule/*/*');
      const prefix = read.optionalText('NamePrefix') ?? '';
      const found = [...schedules.values()].filter(({ name }) => name.startsWith(prefix));
      return { Schedules: found.sort((a, b) => (a.name < b.name ? -1 : 1)).map(describe) };
    },
    GetSchedule: (input, principal) => {
      const name = operationInput('scheduler:GetSchedule', input, ['Name']).text('Name');
      allow(principal, 'GetSchedule', `schedule/default/${name}`);
      const schedule = scheduleOf(
        `arn:${account.partition}:scheduler:${account.region}:${account.accountId}:schedule/default/${name}`,
      );
      return {
        ...describe(schedule),
        ScheduleExpression: schedule.expression,
        ScheduleExpressionTimezone: schedule.timeZone,
        Target: { Arn: schedule.target.Arn, RoleArn: schedule.target.RoleArn, Input: schedule.target.Input },
      };
    },
  };

  return {
    provisioners: [{ types: ['AWS::Scheduler::Schedule'], provision }],
    service: {
      signingName: 'scheduler',
      call: async (operation, input, principal) => {
        const serve = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
        if (serve === undefined) throw notImplemented(`scheduler:${operation}`);
        return serve(input, principal);
      },
    },
    start: () => {
      redelivery.start();
      timetable.start();
    },
    stop: async () => {
      await timetable.stop();
      await redelivery.stop();
    },
  };
};
