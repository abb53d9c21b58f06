import { createHash } from 'node:crypto';
import type { Account } from '../contracts.ts';
import { isObject, parseJson } from '../json.ts';
import type { ReceivedMessage } from '../sqs/queue.ts';

const messageAttributes = (text: string | undefined): Readonly<Record<string, unknown>> => {
  if (text === undefined) return {};
  const attributes = parseJson(text);
  if (!isObject(attributes)) return {};
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      {
        stringValue: isObject(value) ? value['StringValue'] : undefined,
        stringListValues: [],
        binaryListValues: [],
        dataType: isObject(value) ? value['DataType'] : undefined,
      },
    ]),
  );
};

/** The event that Lambda gives a function for a batch of a queue, as JSON text. */
export const queueEvent = (messages: readonly ReceivedMessage[], queueArn: string, account: Account): string =>
  JSON.stringify({
    Records: messages.map((message) => ({
      messageId: message.messageId,
      receiptHandle: message.receiptHandle,
      body: message.body,
      attributes: {
        ApproximateReceiveCount: String(message.receiveCount),
        SentTimestamp: String(message.sentAt),
        SenderId: account.accountId,
        ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
      },
      messageAttributes: messageAttributes(message.attributes),
      md5OfBody: createHash('md5').update(message.body).digest('hex'),
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn,
      awsRegion: account.region,
    })),
  });
