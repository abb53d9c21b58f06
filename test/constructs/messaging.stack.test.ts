import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { EventPublisher } from '../../lib/constructs/event-publisher.ts';
import { Inbox } from '../../lib/constructs/inbox.ts';
import { ScheduledFunction } from '../../lib/constructs/scheduled-function.ts';
import { ServiceTable } from '../../lib/constructs/service-table.ts';
import { WorkQueue } from '../../lib/constructs/work-queue.ts';
import { defineEvent } from '../../lib/runtime/events.ts';
import { anyFunction, stackWith, statementsOf, templateOf } from './fixture.ts';

const Detail = z.object({});
const PaymentCaptured = defineEvent('payments', 'PaymentCaptured', 1, Detail);
const PaymentVoided = defineEvent('payments', 'PaymentVoided', 2, Detail);
const StockAdjusted = defineEvent('inventory', 'StockAdjusted', 1, Detail);

describe('an inbox', () => {
  const stack = stackWith(['orders/inbox']);
  const fn = anyFunction(stack, 'orders/inbox', 20);
  new Inbox(stack, 'Inbox', { events: [PaymentCaptured, PaymentVoided, StockAdjusted], fn, concurrency: 5 });
  const template = templateOf(stack);

  it('takes from the bus exactly the events that its consumer knows, by one rule per producer', () => {
    const patterns = Object.values(template.findResources('AWS::Events::Rule')).map(({ Properties }) => [
      Properties.EventBusName,
      Properties.EventPattern,
    ]);
    expect(patterns).toEqual([
      [
        'cartwright-dev-platform',
        { source: ['cartwright.payments'], 'detail-type': ['PaymentCaptured.v1', 'PaymentVoided.v2'] },
      ],
      ['cartwright-dev-platform', { source: ['cartwright.inventory'], 'detail-type': ['StockAdjusted.v1'] }],
    ]);
  });

  it('hides a record for six times the time that its consumer has', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 120,
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^InboxFailed'), 'Arn'] },
        maxReceiveCount: 5,
      },
    });
  });

  it('lets only its rules send', () => {
    const policies = Object.values(template.findResources('AWS::SQS::QueuePolicy'));
    const allowed = policies
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Effect }) => Effect === 'Allow');
    expect(allowed.length).toBeGreaterThan(0);
    for (const statement of allowed) {
      expect(statement).toMatchObject({
        Principal: { Service: 'events.amazonaws.com' },
        Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [expect.stringMatching(/^InboxFrom/), 'Arn'] } } },
      });
    }
  });

  it('gives records to the alias, each with an outcome of its own', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionName: { Ref: Match.stringLikeRegexp('Live') },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 5 },
    });
    expect(statementsOf(template, 'ordersinbox')).toContainEqual(
      expect.objectContaining({ Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'] }),
    );
  });

  it('rings at a dead letter and at a record that waits', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(
      ({ Properties }) => Properties.MetricName,
    );
    expect(alarms.sort()).toEqual(['ApproximateAgeOfOldestMessage', 'ApproximateNumberOfMessagesVisible']);
  });
});

describe('an event publisher', () => {
  const publisher = (stream: boolean) => {
    const stack = stackWith(['orders/publish']);
    const table = new ServiceTable(stack, 'Table', { stream });
    new EventPublisher(stack, 'Publisher', { table, entry: 'orders/publish' });
    return templateOf(stack);
  };

  it('reads the stream from its beginning, halves what fails, and gives up after a while, keeping where', () => {
    publisher(true).hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Table'), 'StreamArn'] },
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 20,
      MaximumRecordAgeInSeconds: 86_400,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('^PublisherFailed'), 'Arn'] } },
      },
    });
  });

  it('may read this stream, write to the bus and to its dead letters, and nothing of the table', () => {
    const actions = statementsOf(publisher(true), 'PublisherPublishRole').map(({ Action }) => Action);
    expect(actions).toEqual([
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
      'events:PutEvents',
      ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
      'sqs:SendMessage',
    ]);
  });

  it('needs a table with a stream', () => {
    expect(() => publisher(false)).toThrow('has no stream');
  });
});

describe('a scheduled function', () => {
  it('is run by a role that may run this function only, and a missed run is kept', () => {
    const stack = stackWith(['orders/reconcile']);
    new ScheduledFunction(stack, 'Reconcile', {
      fn: anyFunction(stack, 'orders/reconcile'),
      every: 'rate(1 minute)',
    });
    const template = templateOf(stack);
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 minute)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: { Ref: Match.stringLikeRegexp('Live') },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ReconcileMissed'), 'Arn'] } },
      },
    });
    expect(statementsOf(template, 'ReconcileRole')).toMatchObject([
      { Action: 'lambda:InvokeFunction', Resource: { Ref: expect.stringMatching(/Live/) } },
      { Action: 'sqs:SendMessage', Resource: { 'Fn::GetAtt': [expect.stringMatching(/^ReconcileMissed/), 'Arn'] } },
    ]);
  });
});

describe('a work queue', () => {
  const stack = stackWith(['orders/work']);
  const fn = anyFunction(stack, 'orders/work', 20);
  const queue = new WorkQueue(stack, 'Work', {
    failedMeans: 'Work that was not done',
    timeoutSeconds: 20,
    lateMinutes: 60,
  });

  it('hides a task for six times the time that its worker has, and must know that time', () => {
    const other = new WorkQueue(stack, 'Other', { failedMeans: 'Other work', timeoutSeconds: 30, lateMinutes: 60 });
    expect(() => other.workedBy({ fn, batch: 1, concurrency: 2 })).toThrow('may take 20 s');
  });

  it('gives so many tasks to so many invocations of the alias, each with an outcome of its own', () => {
    queue.workedBy({ fn, batch: 5, concurrency: 3 });
    const template = templateOf(stack);
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 120,
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^WorkFailed'), 'Arn'] },
        maxReceiveCount: 5,
      },
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionName: { Ref: Match.stringLikeRegexp('Live') },
      BatchSize: 5,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 3 },
    });
  });
});
