import * as z from 'zod';
import type { Account, Provisioner, ProvisionedResource, TemplateResource } from '../contracts.ts';
import { parseJson } from '../json.ts';
import { physicalName } from '../physical-name.ts';
import { readProperties } from '../read-properties.ts';
import { usualRetryPolicy } from '../redelivery.ts';
import { compilePath } from '../step-functions/json-path.ts';
import { compileEventPattern, InvalidPattern } from './event-pattern.ts';
import type { Rule, Rules, Target } from './rules.ts';

const EventBusProperties = z.object({ Name: z.string() });

const TargetProperties = z.strictObject({
  Id: z.string(),
  Arn: z.string(),
  RoleArn: z.string().optional(),
  Input: z.string().optional(),
  InputPath: z.string().optional(),
  DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
  RetryPolicy: z
    .strictObject({
      MaximumRetryAttempts: z.coerce.number().optional(),
      MaximumEventAgeInSeconds: z.coerce.number().optional(),
    })
    .optional(),
});

const RuleProperties = z.object({
  Name: z.string().optional(),
  EventBusName: z.string().default('default'),
  EventPattern: z.record(z.string(), z.unknown()).optional(),
  ScheduleExpression: z.string().optional(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Targets: z.array(TargetProperties).max(5, 'a rule has five targets at most').default([]),
});

const kindOf = (arn: string, path: string): Target['kind'] => {
  if (/^arn:[^:]+:sqs:/.test(arn)) {
    if (arn.endsWith('.fifo')) throw new Error(`${path}: FIFO queues are not implemented`);
    return 'queue';
  }
  if (/^arn:[^:]+:lambda:/.test(arn)) return 'function';
  if (/^arn:[^:]+:states:[^:]*:[^:]*:stateMachine:/.test(arn)) return 'state-machine';
  throw new Error(`${path}: the local cloud does not implement the target ${arn}`);
};

const inputOf = (target: z.output<typeof TargetProperties>, path: string): Target['input'] => {
  const { Input: fixed, InputPath: inputPath } = target;
  if (fixed !== undefined) return () => fixed;
  if (inputPath === undefined || inputPath === '$') return (eventText) => eventText;
  const select = compilePath(inputPath, `${path}.InputPath`);
  return (eventText) => JSON.stringify(select({ input: parseJson(eventText), context: undefined }) ?? {});
};

const targetOf = (target: z.output<typeof TargetProperties>, path: string): Target => ({
  id: target.Id,
  arn: target.Arn,
  kind: kindOf(target.Arn, `${path}.Arn`),
  roleArn: target.RoleArn,
  deadLetterArn: target.DeadLetterConfig?.Arn,
  retryPolicy: {
    mostAttempts: target.RetryPolicy?.MaximumRetryAttempts ?? usualRetryPolicy.mostAttempts,
    oldestMs:
      target.RetryPolicy?.MaximumEventAgeInSeconds === undefined
        ? usualRetryPolicy.oldestMs
        : target.RetryPolicy.MaximumEventAgeInSeconds * 1000,
  },
  input: inputOf(target, path),
});

/** A bus by its name or ARN. */
const busNameOf = (nameOrArn: string): string =>
  nameOrArn.startsWith('arn:') ? nameOrArn.slice(nameOrArn.indexOf('/') + 1) : nameOrArn;

/** The resource types of event buses and rules. `schedule` runs rules with a schedule expression. */
export const eventProvisioners = (
  account: Account,
  rules: Rules,
  schedule: (rule: Rule, expression: string) => Promise<void>,
): readonly Provisioner[] => {
  const eventBus = async (resource: TemplateResource): Promise<ProvisionedResource> => {
    const { Name: name } = readProperties(resource, EventBusProperties);
    const bus = rules.putBus(name);
    return { ref: name, attributes: { Arn: bus.arn, Name: name } };
  };

  const rule = async (resource: TemplateResource): Promise<ProvisionedResource> => {
    const properties = readProperties(resource, RuleProperties);
    const where = `${resource.path}.Properties`;
    const name = properties.Name ?? physicalName(resource, 64);
    const busName = busNameOf(properties.EventBusName);
    const qualified = busName === 'default' ? name : `${busName}/${name}`;
    const arn = `arn:${account.partition}:events:${account.region}:${account.accountId}:rule/${qualified}`;
    const { EventPattern: pattern, ScheduleExpression: expression } = properties;
    if (pattern === undefined && expression === undefined)
      throw new Error(`${where}: EventPattern or ScheduleExpression is expected`);
    if (expression !== undefined && busName !== 'default')
      throw new Error(`${where}.ScheduleExpression: only the default bus takes one`);
    let made: Rule;
    try {
      made = {
        name,
        arn,
        busName,
        path: resource.path,
        enabled: properties.State === 'ENABLED',
        pattern: pattern === undefined ? undefined : compileEventPattern(pattern),
        patternText: pattern === undefined ? undefined : JSON.stringify(pattern),
        scheduleExpression: expression,
        targets: properties.Targets.map((target, index) => targetOf(target, `${where}.Targets.${index}`)),
      };
    } catch (error) {
      if (!(error instanceof InvalidPattern)) throw error;
      throw new Error(`${where}.EventPattern.${error.message}`, { cause: error });
    }
    rules.putRule(made);
    if (expression !== undefined && made.enabled) await schedule(made, expression);
    return { ref: busName === 'default' ? name : `${busName}|${name}`, attributes: { Arn: arn } };
  };

  return [
    { types: ['AWS::Events::EventBus'], provision: eventBus },
    { types: ['AWS::Events::Rule'], provision: rule },
  ];
};
