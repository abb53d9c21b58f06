import { Duration } from 'aws-cdk-lib/core';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { alarmWhen } from './alarms.ts';
import { deadLetters } from './dead-letters.ts';
import { domainStackOf } from './domain-stack.ts';
import type { ServiceFunction } from './service-function.ts';

export interface WorkQueueProps {
  /** What it means that a task is among the dead letters, for the alarm. */
  readonly failedMeans: string;
  /** Of the function that does the tasks. */
  readonly timeoutSeconds: number;
  /** A task that waits for longer rings an alarm: 15 unless said. */
  readonly lateMinutes?: number;
}

/** Who does the tasks, and how many at once. */
export interface Worker {
  readonly fn: ServiceFunction;
  /** Tasks that one invocation gets, 1 to 10. */
  readonly batch: number;
  /** Invocations at once, 2 to 1000. */
  readonly concurrency: number;
}

/** A task that failed so often goes to the dead letters. */
const MAX_RECEIVES = 5;
const LATE_MINUTES = 15;

/**
 * Tasks of a domain for itself: its functions send, one function works, so many at once and no more. A task whose worker
 * was cut off comes again; one that fails too often waits among the dead letters, with an alarm.
 */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly failed: Queue;
  readonly #timeoutSeconds: number;

  constructor(
    scope: Construct,
    id: string,
    { failedMeans, timeoutSeconds, lateMinutes = LATE_MINUTES }: WorkQueueProps,
  ) {
    super(scope, id);
    this.#timeoutSeconds = timeoutSeconds;
    this.failed = deadLetters(this, 'Failed', failedMeans);
    this.queue = new Queue(this, 'Queue', {
      // Six times the worker's time-out: what AWS asks for, so that no task comes again while it is worked on.
      visibilityTimeout: Duration.seconds(6 * timeoutSeconds),
      retentionPeriod: Duration.days(14),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      removalPolicy: domainStackOf(this).whenRemoved,
      deadLetterQueue: { queue: this.failed, maxReceiveCount: MAX_RECEIVES },
    });
    alarmWhen(this, 'Late', {
      what: `A task of ${id} waits for more than ${lateMinutes} minutes`,
      metric: this.queue.metricApproximateAgeOfOldestMessage(),
      above: lateMinutes * 60,
      minutes: 5,
      statistic: 'Maximum',
    });
  }

  /** Once: gives the tasks to their worker. */
  workedBy({ fn, batch, concurrency }: Worker): void {
    if (fn.timeoutSeconds !== this.#timeoutSeconds)
      throw new Error(
        `${fn.entry} may take ${fn.timeoutSeconds} s, but its queue was made for ${this.#timeoutSeconds} s`,
      );
    fn.grant({
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      resources: [this.queue.queueArn],
    });
    new CfnEventSourceMapping(this, 'Source', {
      functionName: fn.arn,
      eventSourceArn: this.queue.queueArn,
      batchSize: batch,
      functionResponseTypes: ['ReportBatchItemFailures'],
      scalingConfig: { maximumConcurrency: concurrency },
    });
  }
}
