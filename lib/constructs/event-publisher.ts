import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { PublishEnv } from '../runtime/publish-env.ts';
import { alarmWhen } from './alarms.ts';
import { publishes } from './bind.ts';
import { deadLetters } from './dead-letters.ts';
import { domainStackOf } from './domain-stack.ts';
import { ServiceFunction } from './service-function.ts';
import type { ServiceTable } from './service-table.ts';

export interface EventPublisherProps {
  /** A table with `stream: true`. */
  readonly table: ServiceTable;
  /** The code: `publish(client, BUS_NAME, toEvents)`, with `PublishEnv`. */
  readonly entry: `${string}/${string}`;
  /** The changes that can mean an event, as a filter of Lambda's event sources; all when absent. */
  readonly only?: Readonly<Record<string, unknown>>;
}

const BATCH = 100;
/** Batches of one shard that are worked on at once; the order within a partition key stays. */
const PARALLEL = 2;
const RETRIES = 20;
/** A table's stream keeps records for a day. */
const MAX_AGE_SECONDS = 24 * 3600;

/**
 * The way from a table's stream to the bus. A batch that fails is halved until the bad record is alone; that one is
 * retried finitely, and its position in the stream is kept in the dead letters.
 */
export class EventPublisher extends Construct {
  constructor(scope: Construct, id: string, { table, entry, only }: EventPublisherProps) {
    super(scope, id);
    const { domain } = domainStackOf(this);
    const streamArn = table.table.tableStreamArn;
    if (streamArn === undefined) throw new Error(`${table.node.path} has no stream: make it with stream: true`);

    const failed = deadLetters(this, 'Failed', `Changes of ${domain} that could not be published`);
    const fn = new ServiceFunction(this, 'Publish', {
      entry,
      env: PublishEnv,
      bind: { BUS_NAME: publishes() },
      timeoutSeconds: 30,
    });
    fn.grant({
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
      resources: [streamArn],
    });
    fn.grant({ actions: ['sqs:SendMessage'], resources: [failed.queueArn] });
    new CfnEventSourceMapping(this, 'Source', {
      functionName: fn.arn,
      eventSourceArn: streamArn,
      startingPosition: 'TRIM_HORIZON',
      batchSize: BATCH,
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: RETRIES,
      maximumRecordAgeInSeconds: MAX_AGE_SECONDS,
      parallelizationFactor: PARALLEL,
      functionResponseTypes: ['ReportBatchItemFailures'],
      ...(only === undefined ? {} : { filterCriteria: { filters: [{ pattern: JSON.stringify(only) }] } }),
      destinationConfig: { onFailure: { destination: failed.queueArn } },
    });
    alarmWhen(this, 'Late', {
      what: `A change of ${domain} has waited for more than 5 minutes to be published`,
      metric: fn.lambda.metric('IteratorAge'),
      above: 5 * 60 * 1000,
      minutes: 5,
      statistic: 'Maximum',
    });
  }
}
