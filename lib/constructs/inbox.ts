import { Duration } from 'aws-cdk-lib/core';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { busName } from '../names.ts';
import type { EventContract } from '../runtime/events.ts';
import { alarmWhen } from './alarms.ts';
import { deadLetters } from './dead-letters.ts';
import { domainStackOf } from './domain-stack.ts';
import type { ServiceFunction } from './service-function.ts';

export interface InboxProps {
  /** What the domain reacts to: the same contracts that the function's reactions are made with. */
  readonly events: readonly EventContract[];
  /** The consumer: `consume([...])`. */
  readonly fn: ServiceFunction;
  /** At most so many batches at once, 2 to 1000: 50 unless said. */
  readonly concurrency?: number;
  /** Waits so long for company, for a reaction that makes one write of many events; a batch has room for a hundred then. */
  readonly gatherSeconds?: number;
}

/** Why consumers stand outside the second wall of tenancy. */
export const EVENTS_OF_MANY = 'A batch of its inbox holds events of many tenants.';

const BATCH = 10;
const GATHERED_BATCH = 100;
/** A record that failed so often goes to the dead letters. */
const MAX_RECEIVES = 5;
const LATE_MINUTES = 15;
/**
 * 500 orders a second are 500 events of each kind; alone in their batches, at 100 ms each, they take 50 environments. All
 * inboxes together stay well below the 1000 that an account has, so a backlog takes no capacity from the shoppers.
 */
const BATCHES_AT_ONCE = 50;

/**
 * The one inbox of a domain: a rule per producer -> queue -> consumer, each record by itself, with dead letters for what
 * fails too often and for what the bus cannot deliver.
 */
export class Inbox extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { events, fn, concurrency = BATCHES_AT_ONCE, gatherSeconds }: InboxProps) {
    super(scope, id);
    const stack = domainStackOf(this);
    const failed = deadLetters(this, 'Failed', `Events that ${stack.domain} could not take in`);
    this.queue = new Queue(this, 'Queue', {
      // Six times the consumer's time-out: what AWS asks for, so that no record comes again while it is worked on.
      visibilityTimeout: Duration.seconds(6 * fn.timeoutSeconds),
      retentionPeriod: Duration.days(14),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      removalPolicy: stack.whenRemoved,
      deadLetterQueue: { queue: failed, maxReceiveCount: MAX_RECEIVES },
    });
    alarmWhen(this, 'Late', {
      what: `An event waits for ${stack.domain} for more than ${LATE_MINUTES} minutes`,
      metric: this.queue.metricApproximateAgeOfOldestMessage(),
      above: LATE_MINUTES * 60,
      minutes: 5,
      statistic: 'Maximum',
    });

    const bus = EventBus.fromEventBusName(this, 'Bus', busName(stack.stage.stage));
    for (const [producer, contracts] of Map.groupBy(events, ({ domain }) => domain)) {
      new Rule(this, `From-${producer}`, {
        eventBus: bus,
        eventPattern: {
          source: [...new Set(contracts.map(({ source }) => source))],
          detailType: contracts.map(({ detailType }) => detailType),
        },
        targets: [new SqsQueue(this.queue, { deadLetterQueue: failed })],
      });
    }

    fn.grant({
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      resources: [this.queue.queueArn],
    });
    new CfnEventSourceMapping(this, 'Source', {
      functionName: fn.arn,
      eventSourceArn: this.queue.queueArn,
      ...(gatherSeconds === undefined
        ? { batchSize: BATCH }
        : { batchSize: GATHERED_BATCH, maximumBatchingWindowInSeconds: gatherSeconds }),
      functionResponseTypes: ['ReportBatchItemFailures'],
      scalingConfig: { maximumConcurrency: concurrency },
    });
  }
}
