import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { EnvelopeFields, type EventContract, type EventOf } from './events.ts';
import { lambdaHandler } from './lambda-handler.ts';
import { describeError, loggerFor } from './log.ts';

/** A reaction to one event: `on(OrderConfirmed, commitStock(deps))`. Must be idempotent by event id. */
export interface Reaction {
  readonly source: string;
  readonly detailType: string;
  readonly react: (fields: EnvelopeFields, detail: unknown) => Promise<void>;
}

export const on = <Type extends string, Detail extends z.ZodType>(
  contract: EventContract<Type, Detail>,
  reaction: (event: EventOf<EventContract<Type, Detail>>) => Promise<void>,
): Reaction => ({
  source: contract.source,
  detailType: contract.detailType,
  react: (fields, detail) => reaction({ ...fields, detail: contract.detail.parse(detail) }),
});

/** An EventBridge event as it lies in an inbox queue. */
const Delivered = z.object({
  source: z.string(),
  'detail-type': z.string(),
  detail: EnvelopeFields.extend({ detail: z.unknown() }),
});

/**
 * The way in of a domain's inbox queue. Each record stands alone: one that fails is reported by itself and comes
 * again (and ends in the dead-letter queue), the others are done. Consumers are tolerant: unknown fields are ignored.
 */
export const consume = (
  reactions: readonly Reaction[],
): ((event: SQSEvent, context: Context) => Promise<SQSBatchResponse>) => {
  const byType = new Map(reactions.map((reaction) => [`${reaction.source} ${reaction.detailType}`, reaction]));
  const one = async (record: SQSRecord): Promise<void> => {
    const delivered = Delivered.parse(JSON.parse(record.body));
    const reaction = byType.get(`${delivered.source} ${delivered['detail-type']}`);
    if (reaction === undefined)
      throw new Error(
        `No reaction to ${delivered.source} ${delivered['detail-type']}: the rule and the consumer disagree`,
      );
    const { detail, ...fields } = delivered.detail;
    const trace = { traceId: fields.correlationId, tenant: fields.tenant, requestId: record.messageId };
    try {
      await reaction.react(fields, detail);
      loggerFor(trace)('info', `on ${fields.type}`, { event: fields.id });
    } catch (error) {
      loggerFor(trace)('error', `on ${fields.type} failed`, { event: fields.id, error: describeError(error) });
      throw error;
    }
  };
  return lambdaHandler(async (event: SQSEvent): Promise<SQSBatchResponse> => {
    const outcomes = await Promise.allSettled(event.Records.map(one));
    return {
      batchItemFailures: outcomes.flatMap((outcome, index) => {
        const id = event.Records[index]?.messageId;
        return outcome.status === 'rejected' && id !== undefined ? [{ itemIdentifier: id }] : [];
      }),
    };
  });
};
