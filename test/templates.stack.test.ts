import { type App, Stack } from 'aws-cdk-lib/core';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gzipSync } from 'node:zlib';
import { compose } from '../bin/app.ts';
import { acceptedByLint, acceptedByNag, type AcceptedFinding, MAX_ACCEPTED } from '../scripts/accepted-findings.ts';
import { bundleOf, lambdaEntries } from '../scripts/bundle.ts';
import { permissionsOf, type PlacedResource, resourcesOf, synthesizedApp, textOf } from './assembly/app.ts';
import { type Finding, nagAudit } from './assembly/nag.ts';

const stacks = synthesizedApp();
const all = (type: string): PlacedResource[] => resourcesOf(stacks, type);
const named = ({ stack, logicalId }: PlacedResource): string => `${stack}/${logicalId}`;

describe("cdk-nag's AWS Solutions", () => {
  const accepts =
    (finding: Finding) =>
    ({ id, at }: AcceptedFinding): boolean =>
      (typeof id === 'string' ? id === finding.id : id.test(finding.id)) && (at === undefined || at.test(finding.at));
  const audits = {
    dev: nagAudit(compose),
    prod: nagAudit(compose, { stage: 'prod', stages: { prod: { rollout: 'canary' } } }),
  };

  it.each(Object.entries(audits))('find in the stage %s what is accepted, and nothing else', (_, { findings }) => {
    expect(findings.filter((finding) => !acceptedByNag.some(accepts(finding)))).toEqual([]);
    expect(acceptedByNag.filter((entry) => !findings.some((finding) => accepts(finding)(entry)))).toEqual([]);
  });

  it('are silenced in one place only', () => {
    expect(audits.prod.acknowledging).toEqual([]);
    const ids = [...acceptedByNag, ...acceptedByLint].map(({ id }) => String(id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeLessThanOrEqual(MAX_ACCEPTED);
    for (const { id, reason } of [...acceptedByNag, ...acceptedByLint]) {
      expect(reason.split(' ').length, String(id)).toBeGreaterThan(5);
    }
  });

  it('would find a queue without dead letters, an open bucket and a role that may do anything', () => {
    const { findings } = nagAudit((app: App) => {
      const stack = new Stack(app, 'Careless');
      new Queue(stack, 'Queue');
      new Bucket(stack, 'Bucket');
      const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
      role.addToPolicy(new PolicyStatement({ actions: ['dynamodb:*'], resources: ['*'] }));
    });
    const ids = findings.map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining(['AwsSolutions-SQS4', 'AwsSolutions-S10', 'AwsSolutions-IAM5[Action::dynamodb:*]']),
    );
  });
});

describe('rights to data', () => {
  /** The services that hold data or do work with it; `logs:` to deliver logs, `apigateway:` to manage keys are none. */
  const DATA = /^(dynamodb|s3|sqs|sns|secretsmanager|ssm|events|lambda|states|kms|sts):/;
  /** Below one prefix of one bucket, the ids of usage plans, or the secrets of storage nodes and of shops' providers. */
  const PREFIX =
    /^arn:<Partition>:s3:::<[A-Za-z0-9]+>\/[a-z]+\/\*$|:parameter\/cartwright\/dev\/access\/plan-\*$|:secret:cartwright\/dev\/(storage|payments)\/\*$/;

  it('have no wildcard, but for the objects below one prefix of a bucket, the ids of usage plans, and secrets that are made later', () => {
    const wide = permissionsOf(stacks).filter(
      ({ action, resource }) => DATA.test(action) && /\*/.test(`${action} ${resource}`) && !PREFIX.test(resource),
    );
    expect(permissionsOf(stacks).some(({ resource }) => PREFIX.test(resource))).toBe(true);
    expect(wide).toEqual([]);
  });
});

describe('what waits in a queue', () => {
  const sources = all('AWS::Lambda::EventSourceMapping').filter(
    ({ properties }) => !('StartingPosition' in properties),
  );
  const inStack = (stack: string, value: unknown): PlacedResource | undefined => {
    const logicalId = /^<([^.>]+)/.exec(textOf(value))?.[1];
    return resourcesOf(stacks).find((other) => other.stack === stack && other.logicalId === logicalId);
  };

  it('stays hidden for six times as long as its consumer may take', () => {
    expect(sources.length).toBeGreaterThan(1);
    for (const source of sources) {
      const queue = inStack(source.stack, source.properties['EventSourceArn']);
      const alias = inStack(source.stack, source.properties['FunctionName']);
      const consumer = inStack(source.stack, alias?.properties['FunctionName']);
      const hidden = Number(queue?.properties['VisibilityTimeout']);
      expect(hidden, named(source)).toBeGreaterThanOrEqual(6 * Number(consumer?.properties['Timeout']));
    }
  });

  it('is taken by a bounded number of consumers at once, which leave half of an account to the shoppers', () => {
    const bounds = sources.map(({ properties }) => Object(properties['ScalingConfig'])['MaximumConcurrency']);
    for (const bound of bounds) expect(bound).toBeGreaterThanOrEqual(2);
    expect(bounds.reduce<number>((sum, bound) => sum + Number(bound), 0)).toBeLessThanOrEqual(500);
  });
});

describe('data at rest and on its way', () => {
  it('is encrypted in queues and buckets (tables, secrets and logs always are)', () => {
    for (const queue of all('AWS::SQS::Queue')) {
      expect(queue.properties['SqsManagedSseEnabled'], named(queue)).toBe(true);
    }
    for (const bucket of all('AWS::S3::Bucket')) {
      expect(bucket.properties, named(bucket)).toHaveProperty('BucketEncryption');
    }
  });

  it.each([
    ['AWS::SQS::Queue', 'AWS::SQS::QueuePolicy', 'Queues'],
    ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy', 'Bucket'],
    ['AWS::SNS::Topic', 'AWS::SNS::TopicPolicy', 'Topics'],
  ])('is taken by no %s without TLS', (type, policyType, target) => {
    const refusing = all(policyType)
      .filter(({ properties }) =>
        JSON.stringify(properties['PolicyDocument']).includes(
          '"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny"',
        ),
      )
      .flatMap(({ stack, properties }) =>
        [properties[target]].flat().map((ref) => `${stack}/${textOf(ref).replaceAll(/[<>]/g, '')}`),
      );
    expect(all(type).map(named).toSorted()).toEqual(refusing.toSorted());
  });
});

describe('logs', () => {
  it('expire, whoever writes them', () => {
    const groups = all('AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThanOrEqual(stacks.length - 1);
    for (const group of groups) expect(group.properties['RetentionInDays'], named(group)).toBeLessThanOrEqual(365);
  });
});

describe('the bill', () => {
  it('is split by the tags of every stack', () => {
    for (const { domain, tags } of stacks) {
      expect(tags, domain).toEqual({ 'cartwright:stage': 'dev', 'cartwright:domain': domain });
    }
  });

  it('is watched: the budget of the stage tells the alarm topic, which takes what budgets say', () => {
    const [budget, ...others] = all('AWS::Budgets::Budget');
    expect(others).toEqual([]);
    expect(budget?.properties).toMatchObject({
      Budget: {
        BudgetLimit: { Amount: 50, Unit: 'USD' },
        CostFilters: { TagKeyValue: ['user:cartwright:stage$dev'] },
      },
      NotificationsWithSubscribers: [
        { Notification: { NotificationType: 'ACTUAL', Threshold: 80 }, Subscribers: [{ SubscriptionType: 'SNS' }] },
        {
          Notification: { NotificationType: 'FORECASTED', Threshold: 100 },
          Subscribers: [{ SubscriptionType: 'SNS' }],
        },
      ],
    });
    expect(JSON.stringify(all('AWS::SNS::TopicPolicy').map(({ properties }) => properties))).toContain(
      'budgets.amazonaws.com',
    );
  });
});

describe('a stack', () => {
  /**
   * CloudFormation takes 500 resources and a template of 1 MB; the largest stack has a third of that. A function costs
   * five resources (function, version, alias, role, its share of the API), so this leaves a domain room for twenty more.
   */
  const MAX_RESOURCES = 270;
  const MAX_TEMPLATE_BYTES = 500_000;
  /** A domain with more is two domains. One role a function, and few for workflows, schedules and the API. */
  const MAX_FUNCTIONS = 50;
  const MAX_OTHER_ROLES = 5;

  it.each(stacks)('of $domain leaves room below the limits', ({ domain, template }) => {
    const count = (type: string): number => resourcesOf(stacks, type).filter(({ stack }) => stack === domain).length;
    const functions = count('AWS::Lambda::Function');
    expect(Object.keys(template.Resources).length).toBeLessThanOrEqual(MAX_RESOURCES);
    expect(JSON.stringify(template).length).toBeLessThanOrEqual(MAX_TEMPLATE_BYTES);
    expect(functions).toBeLessThanOrEqual(MAX_FUNCTIONS);
    expect(count('AWS::IAM::Role') - functions).toBeLessThanOrEqual(MAX_OTHER_ROLES);
  });

  it('has, with all others, fewer roles than half of what an account may have', () => {
    expect(all('AWS::IAM::Role').length).toBeLessThanOrEqual(500);
  });
});

describe('a function', () => {
  /** Zipped as it is uploaded; `npm run bench` measures what it takes to start (its bar is 120 ms). */
  const MAX_ZIPPED_BYTES = 300_000;

  it('is small when it is zipped', () => {
    const sizes = [...lambdaEntries().keys()].map((entry) => ({
      entry,
      bytes: gzipSync(readFileSync(bundleOf(entry))).length,
    }));
    expect(sizes.length).toBeGreaterThan(100);
    expect(sizes.filter(({ bytes }) => bytes > MAX_ZIPPED_BYTES)).toEqual([]);
  });
});
