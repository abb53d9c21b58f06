import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { EnvelopeFields, type EventContract, type EventOf } from './events.ts';
import { lambdaHandler } from './lambda-handler.ts';
import { describeError, loggerFor } from './log.ts';
import { readMessage, requireRecords } from './malformed-event.ts';

type Outcome = PromiseSettledResult<void>;

/** An event as it came, its detail not looked at yet. */
interface Arrived {
  readonly fields: EnvelopeFields;
  readonly detail: unknown;
}

/** A reaction to the events of one contract. Must be idempotent by event id. */
export interface Reaction {
  readonly source: string;
  readonly detailType: string;
  /** One outcome for each event, in their order. */
  readonly react: (events: readonly Arrived[]) => Promise<readonly Outcome[]>;
}

/** Reacts to each event by itself: `on(OrderConfirmed, commitStock(deps))`. */
export const on = <Type extends string, Detail extends z.ZodType>(
  contract: EventContract<Type, Detail>,
  reaction: (event: EventOf<EventContract<Type, Detail>>) => Promise<void>,
): Reaction => ({
  source: contract.source,
  detailType: contract.detailType,
  react: (events) =>
    Promise.allSettled(
      events.map(async ({ fields, detail }) => reaction({ ...fields, detail: contract.detail.parse(detail) })),
    ),
});

/**
 * Reacts to all of a batch's events at once, where many of them become one write: `onAll(OrderConfirmed, count(deps))`.
 * When the reaction fails, all of them come again; an event that cannot be read fails by itself.
 */
export const onAll = <Type extends string, Detail extends z.ZodType>(
  contract: EventContract<Type, Detail>,
  reaction: (events: readonly EventOf<EventContract<Type, Detail>>[]) => Promise<void>,
): Reaction => ({
  source: contract.source,
  detailType: contract.detailType,
  react: async (events) => {
    const read = events.map(({ fields, detail }) => ({ fields, detail: contract.detail.safeParse(detail) }));
    const legible = read.flatMap(({ fields, detail }) => (detail.success ? [{ ...fields, detail: detail.data }] : []));
    const done: Promise<void> = legible.length === 0 ? Promise.resolve() : reaction(legible);
    return Promise.allSettled(read.map(({ detail }) => (detail.success ? done : Promise.reject(detail.error))));
  },
});

/** An EventBridge event as it lies in an inbox queue. */
const Delivered = z.object({
  source: z.string(),
  'detail-type': z.string(),
  detail: EnvelopeFields.extend({ detail: z.unknown() }),
});

interface Message extends Arrived {
  readonly messageId: string;
  readonly reaction: Reaction;
}

/**
 * The way in of a domain's inbox queue. Each record stands alone: one that fails is reported by itself and comes
 * again (and ends in the dead-letter queue), the others are done. Consumers are tolerant: unknown fields are ignored.
 */
export const consume = (
  reactions: readonly Reaction[],
): ((event: SQSEvent, context: Context) => Promise<SQSBatchResponse>) => {
  const byType = new Map(reactions.map((reaction) => [`${reaction.source} ${reaction.detailType}`, reaction]));

  const open = ({ messageId, body }: SQSRecord): Message => {
    const delivered = readMessage('This inbox takes events of EventBridge', Delivered, body);
    const type = `${delivered.source} ${delivered['detail-type']}`;
    const reaction = byType.get(type);
    if (reaction === undefined) throw new Error(`No reaction to ${type}: the rule and the consumer disagree`);
    const { detail, ...fields } = delivered.detail;
    return { messageId, reaction, fields, detail };
  };

  const react = async (messages: readonly Message[], reaction: Reaction): Promise<readonly string[]> => {
    const outcomes = await reaction.react(messages);
    return messages.flatMap(({ messageId, fields }, index) => {
      const trace = { traceId: fields.correlationId, tenant: fields.tenant, requestId: messageId };
      const outcome = outcomes[index];
      if (outcome?.status === 'fulfilled') {
        loggerFor(trace)('info', `on ${fields.type}`, { event: fields.id });
        return [];
      }
      const error = describeError(outcome?.reason);
      loggerFor(trace)('error', `on ${fields.type} failed`, { event: fields.id, error });
      return [messageId];
    });
  };

  return lambdaHandler(async (event: SQSEvent): Promise<SQSBatchResponse> => {
    requireRecords(event, 'aws:sqs');
    const failed: string[] = [];
    const messages: Message[] = [];
    for (const record of event.Records) {
      try {
        messages.push(open(record));
      } catch (error) {
        // Who sent it is not known, so the message itself is the trace.
        const trace = { traceId: record.messageId, requestId: record.messageId };
        loggerFor(trace)('error', 'An inbox record cannot be read', { error: describeError(error) });
        failed.push(record.messageId);
      }
    }
    const groups = Map.groupBy(messages, ({ reaction }) => reaction);
    const outcomes = await Promise.all([...groups].map(([reaction, group]) => react(group, reaction)));
    return { batchItemFailures: [...failed, ...outcomes.flat()].map((itemIdentifier) => ({ itemIdentifier })) };
  });
};
