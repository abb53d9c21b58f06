import { AwsError, notImplemented } from '../aws-error.ts';
import type { Account, AwsService, Iam, Meter, Principal } from '../contracts.ts';
import { isArray, isObject, type JsonObject, parseJson } from '../json.ts';
import { operationInput } from '../operation-input.ts';
import { md5OfAttributes, md5OfBody, readAttributes } from './message-attributes.ts';
import type { OutgoingMessage, StoredMessage } from './message-store.ts';
import { readHandle, type Queue, type ReceivedMessage } from './queue.ts';

/** Limits of the service's API reference. */
const BATCH = 10;
const BATCH_BYTES = 1_048_576;
const MAX_DELAY_S = 900;
const MAX_VISIBILITY_S = 43_200;
const MAX_WAIT_S = 20;

const invalid = (message: string): AwsError => new AwsError('InvalidParameterValue', message);

const inRange = (name: string, value: number | undefined, maximum: number, minimum = 0): number | undefined => {
  if (value === undefined || (Number.isInteger(value) && value >= minimum && value <= maximum)) return value;
  throw invalid(
    `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${minimum} and ${maximum}, if provided.`,
  );
};

const milliseconds = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : seconds * 1000;

interface Outgoing extends OutgoingMessage {
  readonly attributesMd5: string | undefined;
}

const outgoing = (queue: Queue, input: JsonObject): Outgoing => {
  const known = ['QueueUrl', 'Id', 'MessageBody', 'DelaySeconds', 'MessageAttributes'];
  const read = operationInput('sqs:SendMessage', { ...input, MessageAttributes: undefined }, known);
  const body = read.text('MessageBody');
  if (Buffer.byteLength(body) > queue.settings.maximumBytes) {
    throw invalid(
      `One or more parameters are invalid. Reason: Message must be shorter than ${queue.settings.maximumBytes} bytes.`,
    );
  }
  const attributes = readAttributes(input['MessageAttributes']);
  return {
    body,
    delayMs: milliseconds(inRange('DelaySeconds', read.optionalNumber('DelaySeconds'), MAX_DELAY_S)),
    attributes: attributes === undefined ? undefined : JSON.stringify(attributes),
    attributesMd5: attributes === undefined ? undefined : md5OfAttributes(attributes),
  };
};

const sentAnswer = (message: StoredMessage, sent: Outgoing) => ({
  MessageId: message.messageId,
  MD5OfMessageBody: md5OfBody(message.body),
  ...(sent.attributesMd5 === undefined ? {} : { MD5OfMessageAttributes: sent.attributesMd5 }),
});

const receivedAnswer = (message: ReceivedMessage, account: Account, input: JsonObject) => {
  const asked = (name: string, list: 'AttributeNames' | 'MessageSystemAttributeNames' | 'MessageAttributeNames') => {
    const names = input[list];
    return isArray(names) && (names.includes(name) || names.includes('All') || names.includes('.*'));
  };
  const system = {
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(message.sentAt),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    SenderId: account.accountId,
    ...(message.sourceArn === undefined ? {} : { DeadLetterQueueSourceArn: message.sourceArn }),
  };
  const attributes = Object.entries(system).filter(
    ([name]) => asked(name, 'AttributeNames') || asked(name, 'MessageSystemAttributeNames'),
  );
  const own = readAttributes(message.attributes === undefined ? undefined : parseJson(message.attributes)) ?? {};
  const wanted = Object.fromEntries(Object.entries(own).filter(([name]) => asked(name, 'MessageAttributeNames')));
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: md5OfBody(message.body),
    ...(attributes.length === 0 ? {} : { Attributes: Object.fromEntries(attributes) }),
    ...(Object.keys(wanted).length === 0
      ? {}
      : { MessageAttributes: wanted, MD5OfMessageAttributes: md5OfAttributes(wanted) }),
  };
};

const attributesOf = ({ settings, counts }: Queue): Readonly<Record<string, string>> => {
  const { visible, inFlight, delayed } = counts();
  const createdAt = String(Math.floor(settings.createdAt / 1000));
  return {
    QueueArn: settings.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: createdAt,
    LastModifiedTimestamp: createdAt,
    VisibilityTimeout: String(settings.visibilityTimeoutMs / 1000),
    DelaySeconds: String(settings.delayMs / 1000),
    ReceiveMessageWaitTimeSeconds: String(settings.waitMs / 1000),
    MessageRetentionPeriod: String(settings.retentionMs / 1000),
    MaximumMessageSize: String(settings.maximumBytes),
    ...(settings.deadLetter === undefined
      ? {}
      : {
          RedrivePolicy: JSON.stringify({
            deadLetterTargetArn: settings.deadLetter.arn,
            maxReceiveCount: settings.deadLetter.maxReceiveCount,
          }),
        }),
  };
};

const batchEntries = (operation: string, input: JsonObject): readonly { id: string; entry: JsonObject }[] => {
  const entries = operationInput(`sqs:${operation}`, input, ['QueueUrl', 'Entries']).optionalObjects('Entries') ?? [];
  if (entries.length === 0)
    throw new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (entries.length > BATCH) {
    throw new AwsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${BATCH}. You have sent ${entries.length}.`,
    );
  }
  const ids = entries.map((entry) => entry['Id']);
  if (new Set(ids).size < ids.length)
    throw new AwsError('BatchEntryIdsNotDistinct', 'Two or more entries have the same Id.');
  return entries.map((entry) => ({ id: String(entry['Id']), entry }));
};

/** Runs each entry of a batch alone: one bad entry fails alone. */
const eachEntry = async (
  operation: string,
  input: JsonObject,
  run: (entry: JsonObject) => Promise<Readonly<Record<string, unknown>>>,
) => {
  const successful: unknown[] = [];
  const failed: unknown[] = [];
  for (const { id, entry } of batchEntries(operation, input)) {
    try {
      successful.push({ Id: id, ...(await run(entry)) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failed.push({ Id: id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  return { Successful: successful, ...(failed.length === 0 ? {} : { Failed: failed }) };
};

/** SQS's API as the endpoint serves it (JSON 1.0). */
export const createQueueService = (options: {
  readonly account: Account;
  readonly iam: Pick<Iam, 'authorize'>;
  readonly meter: Meter;
  readonly list: () => readonly Queue[];
  readonly send: (queue: Queue, messages: readonly OutgoingMessage[]) => Promise<readonly StoredMessage[]>;
  readonly missing: (what: string) => AwsError;
}): AwsService => {
  const { iam, account, meter } = options;

  const named = (name: string | undefined, shown: string): Queue => {
    const queue = options.list().find(({ settings }) => settings.name === name);
    if (queue === undefined) throw options.missing(shown);
    return queue;
  };

  /** A queue by its URL, whatever host the client knows it by. */
  const queueOf = (input: JsonObject, principal: Principal, action: string): Queue => {
    const url = input['QueueUrl'];
    if (typeof url !== 'string')
      throw new AwsError('MissingParameter', 'The request must contain the parameter QueueUrl.');
    const queue = named(url.split('/').at(-1), url);
    iam.authorize({ principal, action: `sqs:${action}`, resource: queue.settings.arn });
    return queue;
  };

  const removeOne = async (queue: Queue, entry: JsonObject): Promise<Readonly<Record<string, unknown>>> => {
    const handle = entry['ReceiptHandle'];
    if (typeof handle !== 'string' || readHandle(handle) === undefined) {
      throw new AwsError(
        'ReceiptHandleIsInvalid',
        `The input receipt handle "${String(handle)}" is not a valid receipt handle.`,
      );
    }
    await queue.remove([handle]);
    return {};
  };

  const changeOne = async (queue: Queue, entry: JsonObject): Promise<Readonly<Record<string, unknown>>> => {
    const read = operationInput('sqs:ChangeMessageVisibility', entry, [
      'QueueUrl',
      'Id',
      'ReceiptHandle',
      'VisibilityTimeout',
    ]);
    const seconds = inRange('VisibilityTimeout', read.optionalNumber('VisibilityTimeout') ?? 0, MAX_VISIBILITY_S) ?? 0;
    const handle = read.text('ReceiptHandle');
    if (readHandle(handle) === undefined) {
      throw new AwsError(
        'ReceiptHandleIsInvalid',
        `The input receipt handle "${handle}" is not a valid receipt handle.`,
      );
    }
    if (!queue.changeVisibility(handle, seconds * 1000)) {
      throw new AwsError('MessageNotInflight', 'The specified message is not in flight.');
    }
    return {};
  };

  const operations: Readonly<Record<string, (input: JsonObject, principal: Principal) => Promise<unknown>>> = {
    async ListQueues(input, principal) {
      const read = operationInput('sqs:ListQueues', input, ['QueueNamePrefix', 'MaxResults', 'NextToken']);
      iam.authorize({ principal, action: 'sqs:ListQueues', resource: '*' });
      const prefix = read.optionalText('QueueNamePrefix') ?? '';
      const from = Number(read.optionalText('NextToken') ?? 0);
      const most = read.optionalNumber('MaxResults') ?? 1_000;
      const urls = options
        .list()
        .filter(({ settings }) => settings.name.startsWith(prefix))
        .map(({ settings }) => settings.url);
      const more = from + most < urls.length ? { NextToken: String(from + most) } : {};
      return { QueueUrls: urls.slice(from, from + most), ...more };
    },
    async GetQueueUrl(input, principal) {
      const name = operationInput('sqs:GetQueueUrl', input, ['QueueName']).text('QueueName');
      const queue = named(name, name);
      iam.authorize({ principal, action: 'sqs:GetQueueUrl', resource: queue.settings.arn });
      return { QueueUrl: queue.settings.url };
    },
    async GetQueueAttributes(input, principal) {
      operationInput('sqs:GetQueueAttributes', input, ['QueueUrl', 'AttributeNames']);
      const all = attributesOf(queueOf(input, principal, 'GetQueueAttributes'));
      const names = isArray(input['AttributeNames']) ? input['AttributeNames'] : [];
      const entries = Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name));
      return entries.length === 0 ? {} : { Attributes: Object.fromEntries(entries) };
    },
    async SendMessage(input, principal) {
      const queue = queueOf(input, principal, 'SendMessage');
      const message = outgoing(queue, input);
      const [stored] = await options.send(queue, [message]);
      return stored === undefined ? {} : sentAnswer(stored, message);
    },
    async SendMessageBatch(input, principal) {
      const queue = queueOf(input, principal, 'SendMessage');
      const bytes = batchEntries('SendMessageBatch', input).reduce(
        (sum, { entry }) => sum + Buffer.byteLength(String(entry['MessageBody'] ?? '')),
        0,
      );
      if (bytes > BATCH_BYTES) {
        throw new AwsError(
          'BatchRequestTooLong',
          `Batch requests cannot be longer than ${BATCH_BYTES} bytes. You have sent ${bytes} bytes.`,
        );
      }
      return eachEntry('SendMessageBatch', input, async (entry) => {
        const message = outgoing(queue, entry);
        const [stored] = await options.send(queue, [message]);
        return stored === undefined ? {} : sentAnswer(stored, message);
      });
    },
    async ReceiveMessage(input, principal) {
      const queue = queueOf(input, principal, 'ReceiveMessage');
      const known = [
        'QueueUrl',
        'AttributeNames',
        'MessageSystemAttributeNames',
        'MessageAttributeNames',
        'MaxNumberOfMessages',
        'VisibilityTimeout',
        'WaitTimeSeconds',
      ];
      const read = operationInput('sqs:ReceiveMessage', input, known);
      const most = inRange('MaxNumberOfMessages', read.optionalNumber('MaxNumberOfMessages'), BATCH, 1) ?? 1;
      const wait = milliseconds(inRange('WaitTimeSeconds', read.optionalNumber('WaitTimeSeconds'), MAX_WAIT_S));
      const hidden = milliseconds(
        inRange('VisibilityTimeout', read.optionalNumber('VisibilityTimeout'), MAX_VISIBILITY_S),
      );
      const messages = await queue.receive(most, wait ?? queue.settings.waitMs, hidden);
      return messages.length === 0
        ? {}
        : { Messages: messages.map((message) => receivedAnswer(message, account, input)) };
    },
    async DeleteMessage(input, principal) {
      return removeOne(queueOf(input, principal, 'DeleteMessage'), input);
    },
    async DeleteMessageBatch(input, principal) {
      const queue = queueOf(input, principal, 'DeleteMessage');
      return eachEntry('DeleteMessageBatch', input, (entry) => removeOne(queue, entry));
    },
    async ChangeMessageVisibility(input, principal) {
      return changeOne(queueOf(input, principal, 'ChangeMessageVisibility'), input);
    },
    async ChangeMessageVisibilityBatch(input, principal) {
      const queue = queueOf(input, principal, 'ChangeMessageVisibility');
      return eachEntry('ChangeMessageVisibilityBatch', input, (entry) => changeOne(queue, entry));
    },
    async PurgeQueue(input, principal) {
      operationInput('sqs:PurgeQueue', input, ['QueueUrl']);
      await queueOf(input, principal, 'PurgeQueue').purge();
      return {};
    },
  };

  return {
    signingName: 'sqs',
    async call(operation, input, principal) {
      const run = operations[operation];
      if (run === undefined || !isObject(input)) throw notImplemented(`sqs:${operation}`);
      meter.count(`sqs.${operation}`);
      return run(input, principal);
    },
  };
};
