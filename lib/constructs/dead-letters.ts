import { Duration } from 'aws-cdk-lib/core';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { alarmWhen } from './alarms.ts';
import { domainStackOf } from './domain-stack.ts';

const KEPT_DAYS = 14;

/** Where what could not be done waits for a person, with an alarm that rings at the first message. */
export const deadLetters = (scope: Construct, id: string, what: string): Queue => {
  const queue = new Queue(scope, id, {
    retentionPeriod: Duration.days(KEPT_DAYS),
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    removalPolicy: domainStackOf(scope).whenRemoved,
  });
  alarmWhen(scope, `${id}Alarm`, {
    what,
    metric: queue.metricApproximateNumberOfMessagesVisible(),
    above: 0,
    minutes: 5,
    statistic: 'Maximum',
  });
  return queue;
};
