import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { EventBus } from './clients/events.ts';
import { fromWire } from './db-wire.ts';
import type { OutgoingEvent } from './events.ts';
import { tenantOfKey, tenantPrefix, withoutPrefix } from './keys.ts';
import { lambdaHandler } from './lambda-handler.ts';
import { describeError, loggerFor } from './log.ts';
import { requireRecords } from './malformed-event.ts';
import { TenantId } from './tenant.ts';
import type { Item } from './db.ts';

/** One change of one tenant's item, keys without the tenant. `expired`: DynamoDB's TTL removed it. */
export interface Change {
  readonly tenant: TenantId;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  readonly expired: boolean;
}

/** EventBridge takes 10 entries and 256 KB a call; a detail is 64 kB at most, so batches are also cut by size. */
const MAX_ENTRIES = 10;
const MAX_BYTES = 240_000;

type Entry = { readonly sequence: string; readonly event: OutgoingEvent; readonly body: string };

/** aws-lambda's and the SDK's types of an attribute value describe the same JSON, but not to the compiler. */
const imageOf = (image: object | undefined): Item | undefined =>
  image === undefined ? undefined : fromWire(image as Record<string, AttributeValue>);

const changeOf = (record: DynamoDBRecord): Change | undefined => {
  const pk = record.dynamodb?.Keys?.['pk']?.S;
  const parsed = TenantId.safeParse(pk === undefined ? undefined : tenantOfKey(pk));
  if (!parsed.success) return undefined;
  const tenant = parsed.data;
  const strip = (item: Item | undefined) =>
    item === undefined ? undefined : withoutPrefix(tenantPrefix(tenant), item);
  return {
    tenant,
    before: strip(imageOf(record.dynamodb?.OldImage)),
    after: strip(imageOf(record.dynamodb?.NewImage)),
    expired: record.userIdentity?.principalId === 'dynamodb.amazonaws.com',
  };
};

const batches = (entries: readonly Entry[]): Entry[][] => {
  const result: Entry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = entry.body.length + 300;
    const current = result.at(-1);
    if (current === undefined || current.length === MAX_ENTRIES || bytes + size > MAX_BYTES) {
      result.push([entry]);
      bytes = size;
    } else {
      current.push(entry);
      bytes += size;
    }
  }
  return result;
};

/**
 * The way from a table's stream to the bus. `toEvents` says which events a change means (from what the write fixed:
 * ids and sequences are in the item). When an entry is refused, the batch is reported as failed from its record on, so
 * that Lambda tries again from there: at least once, in order per item.
 */
export const publish = (bus: EventBus, busName: string, toEvents: (change: Change) => readonly OutgoingEvent[]) =>
  lambdaHandler(async (stream: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    requireRecords(stream, 'aws:dynamodb');
    const entries: Entry[] = [];
    let poisoned: string | undefined;
    for (const record of stream.Records) {
      const sequence = record.dynamodb?.SequenceNumber ?? '';
      try {
        const change = changeOf(record);
        for (const event of change === undefined ? [] : toEvents(change)) {
          entries.push({ sequence, event, body: JSON.stringify(event.envelope) });
        }
      } catch (error) {
        loggerFor({ traceId: 'stream' })('error', 'a stream record cannot be turned into events', {
          sequence,
          error: describeError(error),
        });
        poisoned = sequence;
        break;
      }
    }
    for (const batch of batches(entries)) {
      const answer = await bus.putEvents(
        batch.map(({ event, body }) => ({
          EventBusName: busName,
          Source: event.source,
          DetailType: event.detailType,
          Time: Date.parse(event.envelope.time) / 1000,
          Detail: body,
        })),
      );
      if (answer.FailedEntryCount === 0) {
        for (const { event } of batch) {
          const { id, tenant, correlationId: traceId } = event.envelope;
          loggerFor({ traceId, tenant })('debug', `published ${event.detailType}`, { event: id });
        }
        continue;
      }
      const index = answer.Entries.findIndex((entry) => entry.ErrorCode !== undefined);
      const failed = batch[Math.max(index, 0)];
      loggerFor({ traceId: 'stream' })('error', 'the bus refused events', {
        refused: answer.FailedEntryCount,
        code: answer.Entries[index]?.ErrorCode,
      });
      if (failed !== undefined) return { batchItemFailures: [{ itemIdentifier: failed.sequence }] };
    }
    return { batchItemFailures: poisoned === undefined ? [] : [{ itemIdentifier: poisoned }] };
  });
