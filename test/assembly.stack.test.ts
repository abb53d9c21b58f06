import { readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bundleOf, lambdaEntries } from '../scripts/bundle.ts';
import { eventContracts } from '../scripts/event-catalogue.ts';
import { moved, NamedResources, namedResources } from '../scripts/named-resources.ts';
import {
  operationsOf,
  permissionsOf,
  type PlacedResource,
  resourcesOf,
  synthesizedApp,
  textOf,
} from './assembly/app.ts';

const stacks = synthesizedApp({ validated: true });
const contracts = await eventContracts();
const all = (type?: string): PlacedResource[] => resourcesOf(stacks, type);
const named = ({ stack, logicalId }: PlacedResource): string => `${stack}/${logicalId}`;
/** The resource of the same stack that a value refers to. */
const referred = (from: PlacedResource, value: unknown): PlacedResource | undefined => {
  const logicalId = /^<([^.>]+)/.exec(textOf(value))?.[1];
  return all().find((other) => other.stack === from.stack && other.logicalId === logicalId);
};
const member = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>(
    (inner, name) => (typeof inner === 'object' && inner !== null ? Object(inner)[name] : undefined),
    value,
  );

/** Everything that can be in a stack; the local cloud knows these and no other. */
const TYPES = new Set([
  'AWS::ApiGateway::Deployment',
  'AWS::ApiGateway::GatewayResponse',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Stage',
  'AWS::ApiGateway::UsagePlan',
  'AWS::Budgets::Budget',
  'AWS::CloudWatch::Alarm',
  'AWS::DynamoDB::Table',
  'AWS::Events::Archive',
  'AWS::Events::EventBus',
  'AWS::Events::Rule',
  'AWS::IAM::Role',
  'AWS::Lambda::Alias',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::Version',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
  'AWS::SSM::Parameter',
  'AWS::Scheduler::Schedule',
  'AWS::SecretsManager::Secret',
  'AWS::StepFunctions::StateMachine',
]);

/** Bytes of one function's code: what is bigger starts noticeably slower. */
const MAX_BUNDLE_BYTES = 600_000;

describe('the stacks', () => {
  it('can be deployed in any order after the platform, with the usage plans last', () => {
    const domains = stacks.map(({ domain }) => domain).filter((domain) => !['platform', 'access'].includes(domain));
    expect(domains.length).toBeGreaterThan(1);
    for (const { domain, after } of stacks) {
      const expected = domain === 'platform' ? [] : domain === 'access' ? domains : ['platform'];
      expect([...after].filter((other) => other !== 'platform' || domain !== 'access').sort(), domain).toEqual(
        expected.toSorted(),
      );
    }
  });

  it('are coupled by no export, and read at deployment only what platform and the APIs leave', () => {
    for (const { domain, template } of stacks) {
      expect(JSON.stringify(template), domain).not.toContain('Fn::ImportValue');
      for (const output of Object.values(template.Outputs)) expect(output, domain).not.toHaveProperty('Export');
      for (const { Type, Default } of Object.values(template.Parameters)) {
        expect(Type, domain).toBe('AWS::SSM::Parameter::Value<String>');
        expect(String(Default), domain).toMatch(
          domain === 'access'
            ? /^\/cartwright\/dev\/[a-z]+\/api-id$|^\/cdk-bootstrap\//
            : /^\/cartwright\/dev\/platform\/|^\/cdk-bootstrap\//,
        );
      }
    }
  });

  it('hold only what the local cloud runs', () => {
    expect(
      all()
        .filter(({ type }) => !TYPES.has(type))
        .map(named),
    ).toEqual([]);
  });

  it('give nothing that holds data a physical name, so that it can be replaced', () => {
    const names = ['TableName', 'BucketName', 'QueueName', 'TopicName', 'LogGroupName', 'RoleName'];
    const found = all().filter(({ type, properties }) => {
      const isNamed = names.some((name) => name in properties);
      return isNamed || (type === 'AWS::SecretsManager::Secret' && 'Name' in properties);
    });
    expect(found.map(named)).toEqual([]);
  });
});

describe('resources that others reach by name', () => {
  const committed = NamedResources.parse(JSON.parse(readFileSync('docs/named-resources.json', 'utf8')));
  const now = namedResources(
    stacks.map(({ domain, template }) => ({ stackName: `cartwright-dev-${domain}`, resources: template.Resources })),
  );

  it('stay where they are: one with a name cannot be replaced', () => {
    expect(moved(committed, now)).toEqual([]);
  });

  it('are written down (npm run catalogue)', () => {
    expect(now).toEqual(committed);
  });

  it('would be missed if one moved', () => {
    const [name = ''] = Object.keys(committed);
    expect(moved(committed, { ...committed, [name]: 'cartwright-dev-orders/Elsewhere' })).toHaveLength(1);
  });
});

describe('functions', () => {
  const functions = all('AWS::Lambda::Function');

  it('are exactly those that are written: no entry point is forgotten, none is deployed twice', () => {
    const deployed = functions.map(({ metadata }) => String(metadata['cartwright:entry']));
    expect(deployed.toSorted()).toEqual([...lambdaEntries().keys()].toSorted());
  });

  it('log to a group that forgets', () => {
    for (const fn of functions) {
      const group = referred(fn, member(fn.properties, 'LoggingConfig', 'LogGroup'));
      expect(group?.properties['RetentionInDays'], named(fn)).toBeGreaterThan(0);
    }
  });

  it('have an alias each, under which they are called', () => {
    const aliased = all('AWS::Lambda::Alias').map(
      (alias) => referred(alias, alias.properties['FunctionName'])?.logicalId,
    );
    expect(aliased.toSorted()).toEqual(functions.map(({ logicalId }) => logicalId).toSorted());
  });

  it('that serve a route end before API Gateway gives up', () => {
    for (const { domain, route, uri } of operationsOf(stacks)) {
      const alias = all('AWS::Lambda::Alias').find(
        ({ stack, logicalId }) => stack === domain && uri.includes(`<${logicalId}>`),
      );
      const fn = alias === undefined ? undefined : referred(alias, alias.properties['FunctionName']);
      expect(fn?.properties['Timeout'], route).toBeLessThan(30);
    }
  });

  it('are small enough to start fast', () => {
    const large = [...lambdaEntries().keys()].filter((entry) => statSync(bundleOf(entry)).size > MAX_BUNDLE_BYTES);
    expect(large).toEqual([]);
  });

  it('are there for everyone who calls them by name', () => {
    const there = new Set(functions.map(({ properties }) => String(properties['FunctionName'])));
    const called = all().flatMap(({ properties }) => [
      ...JSON.stringify(properties).matchAll(/:function:(cartwright-dev-[a-z0-9-]+)/g),
    ]);
    expect(called.length).toBeGreaterThan(0);
    expect([...new Set(called.map(([, name = '']) => name).filter((name) => !there.has(name)))]).toEqual([]);
  });

  it('start only workflows that are there', () => {
    const there = all('AWS::StepFunctions::StateMachine').map(({ properties }) => properties['StateMachineName']);
    const started = permissionsOf(stacks)
      .filter(({ action }) => action.startsWith('states:Start'))
      .map(({ resource }) => resource.split(':').at(-1));
    expect(started.filter((name) => !there.includes(name))).toEqual([]);
  });
});

describe('tables', () => {
  it('can be restored to any second, and expire what is over', () => {
    const tables = all('AWS::DynamoDB::Table');
    expect(tables.length).toBeGreaterThan(1);
    for (const table of tables) {
      expect(table.properties, named(table)).toMatchObject({
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        TimeToLiveSpecification: { Enabled: true },
      });
    }
  });

  it('are one per domain', () => {
    const owners = all('AWS::DynamoDB::Table').map(({ stack }) => stack);
    expect(new Set(owners).size).toBe(owners.length);
  });
});

describe('queues and rules', () => {
  const queues = all('AWS::SQS::Queue');
  const deadLettersOf = (queue: PlacedResource) => member(queue.properties, 'RedrivePolicy', 'deadLetterTargetArn');
  const watched = (metric: string): (PlacedResource | undefined)[] =>
    all('AWS::CloudWatch::Alarm')
      .filter(({ properties }) => properties['MetricName'] === metric)
      .map((alarm) => referred(alarm, member(alarm.properties['Dimensions'], '0', 'Value')));

  it('have dead letters that ring at the first one', () => {
    const ringing = watched('ApproximateNumberOfMessagesVisible').map((queue) => queue && named(queue));
    for (const queue of queues) {
      const target = deadLettersOf(queue);
      const deadLetters = target === undefined ? queue : referred(queue, target);
      expect(ringing, named(queue)).toContain(deadLetters && named(deadLetters));
    }
    const alarms = all('AWS::CloudWatch::Alarm').filter(
      ({ properties }) => properties['MetricName'] === 'ApproximateNumberOfMessagesVisible',
    );
    for (const alarm of alarms) {
      expect(alarm.properties, named(alarm)).toMatchObject({
        ComparisonOperator: 'GreaterThanThreshold',
        Threshold: 0,
      });
    }
  });

  it('have a watch on what waits too long', () => {
    const late = watched('ApproximateAgeOfOldestMessage').map((queue) => queue && named(queue));
    const worked = queues.filter((queue) => deadLettersOf(queue) !== undefined);
    expect(late.toSorted()).toEqual(worked.map(named).toSorted());
  });

  it('are one inbox per domain that takes events', () => {
    const targets = all('AWS::Events::Rule').flatMap((rule) =>
      [rule.properties['Targets']].flat().map((target) => referred(rule, member(target, 'Arn'))),
    );
    const fed = new Set(targets.map((queue) => queue && named(queue)));
    const inboxes = queues.filter((queue) => fed.has(named(queue))).map(({ stack }) => stack);
    expect(inboxes.length).toBeGreaterThan(0);
    expect(new Set(inboxes).size).toBe(inboxes.length);
  });

  it('take only events that somebody declares, and lose none that the bus cannot deliver', () => {
    for (const rule of all('AWS::Events::Rule')) {
      const sources = [member(rule.properties, 'EventPattern', 'source')].flat();
      const types = [member(rule.properties, 'EventPattern', 'detail-type')].flat();
      expect(types.length, named(rule)).toBeGreaterThan(0);
      for (const type of types)
        expect(contracts.has(`${sources.join()} ${String(type)}`), `${named(rule)} ${type}`).toBe(true);
      for (const target of [rule.properties['Targets']].flat()) {
        expect(member(target, 'DeadLetterConfig', 'Arn'), named(rule)).toBeDefined();
      }
    }
  });

  it('are polled so that each record has an outcome of its own', () => {
    for (const source of all('AWS::Lambda::EventSourceMapping')) {
      expect(source.properties['FunctionResponseTypes'], named(source)).toEqual(['ReportBatchItemFailures']);
      if ('StartingPosition' in source.properties) {
        expect(source.properties, named(source)).toMatchObject({ BisectBatchOnFunctionError: true });
        expect(source.properties['MaximumRetryAttempts'], named(source)).toBeGreaterThan(0);
        expect(member(source.properties, 'DestinationConfig', 'OnFailure', 'Destination'), named(source)).toBeDefined();
      }
    }
  });
});

describe('alarms', () => {
  it('tell somebody', () => {
    for (const alarm of all('AWS::CloudWatch::Alarm')) {
      expect(alarm.properties['AlarmActions'], named(alarm)).toHaveLength(1);
    }
  });
});
