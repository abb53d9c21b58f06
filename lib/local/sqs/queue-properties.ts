import * as z from 'zod';
import type { Account, TemplateResource } from '../contracts.ts';
import { physicalName } from '../physical-name.ts';
import { readProperties } from '../read-properties.ts';
import type { QueueSettings } from './queue.ts';

const number = z.coerce.number();

/** Limits and defaults are those of the service's API reference (CreateQueue). */
const QueueProperties = z.strictObject({
  QueueName: z.string().max(80).optional(),
  VisibilityTimeout: number.min(0).max(43_200).default(30),
  DelaySeconds: number.min(0).max(900).default(0),
  ReceiveMessageWaitTimeSeconds: number.min(0).max(20).default(0),
  MessageRetentionPeriod: number.min(60).max(1_209_600).default(345_600),
  MaximumMessageSize: number.min(1_024).max(1_048_576).default(1_048_576),
  RedrivePolicy: z
    .strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: number.min(1).max(1_000) })
    .optional(),
});

/** A queue as its template declares it. */
export const queueSettings = (
  resource: TemplateResource,
  account: Account,
  endpoint: string,
  now: number,
): QueueSettings => {
  const properties = readProperties(resource, QueueProperties);
  const name = properties.QueueName ?? physicalName(resource, 80);
  const { RedrivePolicy: redrive } = properties;
  return {
    name,
    arn: `arn:${account.partition}:sqs:${account.region}:${account.accountId}:${name}`,
    url: `${endpoint}/${account.accountId}/${name}`,
    visibilityTimeoutMs: properties.VisibilityTimeout * 1000,
    delayMs: properties.DelaySeconds * 1000,
    waitMs: properties.ReceiveMessageWaitTimeSeconds * 1000,
    retentionMs: properties.MessageRetentionPeriod * 1000,
    maximumBytes: properties.MaximumMessageSize,
    deadLetter:
      redrive === undefined
        ? undefined
        : { arn: redrive.deadLetterTargetArn, maxReceiveCount: redrive.maxReceiveCount },
    createdAt: now,
  };
};
