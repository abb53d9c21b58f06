import { AwsError, notImplemented } from '../aws-error.ts';
import type { Account, AwsService, Iam, Meter, Principal } from '../contracts.ts';
import type { JsonObject } from '../json.ts';
import { operationInput } from '../operation-input.ts';
import type { PutEvents } from './put-events.ts';
import type { Bus, Rule, Rules } from './rules.ts';

type Operation = (input: JsonObject, principal: Principal) => Promise<unknown>;

const describeBus = (bus: Bus) => ({ Name: bus.name, Arn: bus.arn });

const describeRule = (rule: Rule) => ({
  Name: rule.name,
  Arn: rule.arn,
  EventBusName: rule.busName,
  State: rule.enabled ? 'ENABLED' : 'DISABLED',
  EventPattern: rule.patternText,
  ScheduleExpression: rule.scheduleExpression,
});

/** EventBridge's API, bounded to publishing and reading. */
export const createEventsApi = (deps: {
  readonly account: Account;
  readonly iam: Iam;
  readonly meter: Meter;
  readonly rules: Rules;
  readonly putEvents: PutEvents['putEvents'];
}): AwsService => {
  const { account, iam, meter, rules, putEvents } = deps;
  const arn = (resource: string): string =>
    `arn:${account.partition}:events:${account.region}:${account.accountId}:${resource}`;

  const operations: Readonly<Record<string, Operation>> = {
    PutEvents: async (input, principal) => {
      const read = operationInput('events:PutEvents', input, ['Entries']);
      meter.count('events.PutEvents');
      return putEvents(read.optionalObjects('Entries') ?? [], principal);
    },
    ListEventBuses: async (input, principal) => {
      const read = operationInput('events:ListEventBuses', input, ['NamePrefix', 'Limit']);
      iam.authorize({ principal, action: 'events:ListEventBuses', resource: arn('event-bus/*') });
      const prefix = read.optionalText('NamePrefix') ?? '';
      return {
        EventBuses: rules
          .buses()
          .filter(({ name }) => name.startsWith(prefix))
          .map(describeBus),
      };
    },
    ListRules: async (input, principal) => {
      const read = operationInput('events:ListRules', input, ['EventBusName', 'NamePrefix', 'Limit']);
      const bus = read.optionalText('EventBusName') ?? 'default';
      iam.authorize({
        principal,
        action: 'events:ListRules',
        resource: arn(`rule/${bus === 'default' ? '' : `${bus}/`}*`),
      });
      const prefix = read.optionalText('NamePrefix') ?? '';
      return {
        Rules: rules
          .of(bus)
          .filter(({ name }) => name.startsWith(prefix))
          .map(describeRule),
      };
    },
    DescribeRule: async (input, principal) => {
      const read = operationInput('events:DescribeRule', input, ['Name', 'EventBusName']);
      const bus = read.optionalText('EventBusName') ?? 'default';
      const name = read.text('Name');
      iam.authorize({
        principal,
        action: 'events:DescribeRule',
        resource: arn(`rule/${bus === 'default' ? '' : `${bus}/`}${name}`),
      });
      const rule = rules.of(bus).find((one) => one.name === name);
      if (rule === undefined)
        throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus}.`);
      return describeRule(rule);
    },
  };

  return {
    signingName: 'events',
    call: async (operation, input, principal) => {
      const serve = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
      if (serve === undefined) throw notImplemented(`events:${operation}`);
      return serve(input, principal);
    },
  };
};
