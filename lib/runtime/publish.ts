import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { busBatches, busEntryOf } from './bus-batches.ts';
import { changeOf, type ToEvents } from './change.ts';
import type { BusEntry, EventBus } from './clients/events.ts';
import type { OutgoingEvent } from './events.ts';
import { lambdaHandler } from './lambda-handler.ts';
import { describeError, loggerFor } from './log.ts';
import { requireRecords } from './malformed-event.ts';

type Entry = { readonly sequence: string; readonly event: OutgoingEvent; readonly entry: BusEntry };

/** aws-lambda's and the SDK's types of an attribute value describe the same JSON, but not to the compiler. */
const imageOf = (image: object | undefined): Record<string, AttributeValue> | undefined =>
  image as Record<string, AttributeValue> | undefined;

/**
 * The way from a table's stream to the bus. `toEvents` says which events a change means (from what the write fixed:
 * ids and sequences are in the item). When an entry is refused, the batch is reported as failed from its record on, so
 * that Lambda tries again from there: at least once, in order per item.
 */
export const publish = (bus: EventBus, busName: string, toEvents: ToEvents) =>
  lambdaHandler(async (stream: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    requireRecords(stream, 'aws:dynamodb');
    const entries: Entry[] = [];
    let poisoned: string | undefined;
    for (const record of stream.Records) {
      const sequence = record.dynamodb?.SequenceNumber ?? '';
      try {
        const change = changeOf({
          pk: record.dynamodb?.Keys?.['pk']?.S,
          before: imageOf(record.dynamodb?.OldImage),
          after: imageOf(record.dynamodb?.NewImage),
          expired: record.userIdentity?.principalId === 'dynamodb.amazonaws.com',
        });
        for (const event of change === undefined ? [] : toEvents(change)) {
          entries.push({ sequence, event, entry: busEntryOf(busName, event) });
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
    for (const batch of busBatches(entries)) {
      const answer = await bus.putEvents(batch.map(({ entry }) => entry));
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
