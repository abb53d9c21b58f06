import { randomUUID } from 'node:crypto';
import { systemClock, type Clock } from '../clock.ts';
import type {
  Account,
  AwsService,
  Iam,
  Lambda,
  Log,
  Meter,
  Provisioner,
  Queues,
  State,
  StateMachines,
  Stoppable,
  Weather,
} from '../contracts.ts';
import { eventTime } from '../event-time.ts';
import { readScheduleExpression } from '../scheduler/expression.ts';
import { createTimetable } from '../scheduler/timetable.ts';
import { createDeliveries } from './deliveries.ts';
import { createEventsApi } from './events-api.ts';
import { eventProvisioners } from './provisioners.ts';
import { busEvent, createPutEvents } from './put-events.ts';
import { createRules, type Rule } from './rules.ts';

export interface EventBus extends Stoppable {
  readonly service: AwsService;
  readonly provisioners: readonly Provisioner[];
  /**
   * Goes on with deliveries that an earlier process left, and runs rules with a schedule; call it when everything is
   * provisioned. Throws Error for a rule on a bus that no template makes.
   */
  start(): void;
}

/** EventBridge: buses and rules; what PutEvents accepts is on disk at its targets. */
export const createEventBus = (deps: {
  readonly account: Account;
  readonly iam: Iam;
  readonly queues: Queues;
  readonly lambda: Lambda;
  readonly stateMachines: StateMachines;
  readonly state: State;
  readonly weather: Weather;
  readonly meter: Meter;
  readonly log: Log;
  readonly clock?: Clock;
}): EventBus => {
  const { account, iam, state, weather, meter, log, clock = systemClock } = deps;
  const rules = createRules(
    (name) => `arn:${account.partition}:events:${account.region}:${account.accountId}:event-bus/${name}`,
  );
  const deliveries = createDeliveries({ ...deps, clock, rules });
  const { putEvents } = createPutEvents({ account, iam, weather, meter, log, clock, rules, deliveries });
  const timetable = createTimetable({ owner: 'bus', state, clock, log });

  const runScheduled = async (rule: Rule, dueAt: number): Promise<void> => {
    const event = busEvent(
      {
        version: '0',
        id: randomUUID(),
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        account: account.accountId,
        time: eventTime(dueAt),
        region: account.region,
        resources: [rule.arn],
      },
      {},
      '{}',
    );
    await deliveries.deliverAll(rule.targets.map((target) => ({ rule, target, body: target.input(event.text) })));
  };

  const schedule = (rule: Rule, expression: string): Promise<void> =>
    timetable.put({
      key: rule.arn,
      text: expression,
      timing: readScheduleExpression(expression, 'UTC'),
      run: (dueAt) => runScheduled(rule, dueAt),
    });

  return {
    service: createEventsApi({ account, iam, meter, rules, putEvents }),
    provisioners: eventProvisioners(account, rules, schedule),
    start: () => {
      rules.check();
      deliveries.start();
      timetable.start();
    },
    stop: async () => {
      await timetable.stop();
      await deliveries.stop();
    },
  };
};
