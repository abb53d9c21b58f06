import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { contractCases, refusal, type Case, type Differences } from '../contract-cases.ts';

/** The attributes of a new queue that the contract sets. */
interface QueueProperties {
  readonly VisibilityTimeout?: number;
  readonly DelaySeconds?: number;
  readonly MaximumMessageSize?: number;
  readonly RedrivePolicy?: { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number };
}

export type OpenQueues = () => Promise<{
  readonly client: SQSClient;
  /** Makes a queue with a name of its own and answers its URL. */
  queue(properties?: QueueProperties): Promise<string>;
  stop(): Promise<void>;
}>;

/**
 * What the product relies on of SQS, over the SDK and on the real clock: time passes in long polls, so a case takes a
 * second or two. It runs on the local cloud and, where there is one, on an independent server, whose known differences
 * are listed with their reasons.
 */
export const sqsContract = (name: string, open: OpenQueues, differences: Differences = {}): void => {
  describe(name, { concurrent: true }, () => {
    contractCases(differences, (test) => declare(test, open));
  });
};

const declare = (test: Case, open: OpenQueues): void => {
  let opened: Awaited<ReturnType<OpenQueues>>;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(async () => await opened.stop());

  const queue = (properties?: QueueProperties) => opened.queue(properties);
  const send = (QueueUrl: string, MessageBody: string, more: object = {}) =>
    opened.client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
  const receive = async (QueueUrl: string, more: object = {}) => {
    const asked = { MessageSystemAttributeNames: ['All' as const], MessageAttributeNames: ['All'], ...more };
    return (await opened.client.send(new ReceiveMessageCommand({ QueueUrl, ...asked }))).Messages ?? [];
  };
  /** One message, for which it waits long enough for whatever is hidden for a second or two. */
  const next = async (QueueUrl: string) => {
    const [message] = await receive(QueueUrl, { WaitTimeSeconds: 5 });
    if (message === undefined) throw new Error('nothing came');
    return message;
  };
  const attributes = async (QueueUrl: string) =>
    (await opened.client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes ?? {};
  const counts = async (QueueUrl: string) => {
    const all = await attributes(QueueUrl);
    return [
      all['ApproximateNumberOfMessages'],
      all['ApproximateNumberOfMessagesNotVisible'],
      all['ApproximateNumberOfMessagesDelayed'],
    ];
  };

  test('what is sent is received with its attributes and how often and since when it was received', async () => {
    const url = await queue();
    const MessageAttributes = {
      kind: { DataType: 'String', StringValue: 'x' },
      size: { DataType: 'Number', StringValue: '7' },
    };
    const { MD5OfMessageBody, MessageId } = await send(url, 'hällo', { MessageAttributes });
    expect(MD5OfMessageBody).toBe('38bbce5fb3d0aec801f9eab39182fa7a');
    const message = await next(url);
    expect(message).toMatchObject({
      Body: 'hällo',
      MessageId,
      MessageAttributes,
      Attributes: { ApproximateReceiveCount: '1', SentTimestamp: expect.stringMatching(/^\d{13}$/) },
    });
    expect(await counts(url)).toEqual(['0', '1', '0']);
  });

  test('attributes come only when they are asked for', async () => {
    const url = await queue();
    await send(url, 'a', { MessageAttributes: { kind: { DataType: 'String', StringValue: 'x' } } });
    const [message] = await receive(url, { MessageSystemAttributeNames: undefined, MessageAttributeNames: undefined });
    expect(message).toMatchObject({ Body: 'a' });
    expect(message).not.toHaveProperty('Attributes');
    expect(message).not.toHaveProperty('MessageAttributes');
  });

  test('a message that is not deleted is visible again after the visibility timeout, counted once more', async () => {
    const url = await queue({ VisibilityTimeout: 1 });
    await send(url, 'a');
    const first = await next(url);
    expect(await receive(url)).toEqual([]);
    const second = await next(url);
    expect(second.Attributes).toMatchObject({ ApproximateReceiveCount: '2' });
    expect(second.Attributes?.ApproximateFirstReceiveTimestamp).toBe(
      first.Attributes?.ApproximateFirstReceiveTimestamp,
    );
    expect(second.ReceiptHandle).not.toBe(first.ReceiptHandle);
  });

  test('a deleted message is gone', async () => {
    const url = await queue({ VisibilityTimeout: 1 });
    await send(url, 'a');
    const { ReceiptHandle } = await next(url);
    await opened.client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
    expect(await receive(url, { WaitTimeSeconds: 2 })).toEqual([]);
    expect(await counts(url)).toEqual(['0', '0', '0']);
  });

  test('a message can be deleted twice', async () => {
    const url = await queue();
    await send(url, 'a');
    const { ReceiptHandle } = await next(url);
    await opened.client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
    await opened.client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
    expect(await counts(url)).toEqual(['0', '0', '0']);
  });

  test('a receipt handle of an earlier receive deletes nothing', async () => {
    const url = await queue({ VisibilityTimeout: 1 });
    await send(url, 'a');
    const { ReceiptHandle } = await next(url);
    await next(url);
    await opened.client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
    expect(await next(url)).toMatchObject({ Body: 'a', Attributes: { ApproximateReceiveCount: '3' } });
  });

  test('what is no receipt handle is refused', async () => {
    const QueueUrl = await queue();
    const nonsense = new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'nonsense' });
    expect(await refusal(opened.client.send(nonsense))).toBe('ReceiptHandleIsInvalid');
  });

  test('visibility can be changed, to show a message at once or later', async () => {
    const url = await queue({ VisibilityTimeout: 30 });
    const change = (ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
      opened.client.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout }));
    await send(url, 'a');
    await change((await next(url)).ReceiptHandle, 0);
    const second = await next(url);
    expect(second.Attributes).toMatchObject({ ApproximateReceiveCount: '2' });
    await change(second.ReceiptHandle, 1);
    expect(await receive(url)).toEqual([]);
    expect((await next(url)).Attributes).toMatchObject({ ApproximateReceiveCount: '3' });
  });

  test('a message is delayed by the queue, or by its sender in its place', async () => {
    const url = await queue({ DelaySeconds: 30 });
    await send(url, 'queue');
    await send(url, 'own', { DelaySeconds: 1 });
    await send(url, 'none', { DelaySeconds: 0 });
    expect((await receive(url, { MaxNumberOfMessages: 10 })).map(({ Body }) => Body)).toEqual(['none']);
    expect((await next(url)).Body).toBe('own');
    expect(await counts(url)).toEqual(['0', '2', '1']);
  });

  test('a message that was received too often goes to the dead-letter queue, as the same message', async () => {
    const dead = await queue();
    const deadLetterTargetArn = (await attributes(dead))['QueueArn'] ?? '';
    const url = await queue({ VisibilityTimeout: 1, RedrivePolicy: { deadLetterTargetArn, maxReceiveCount: 2 } });
    const { MessageId } = await send(url, 'poison', {
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'x' } },
    });
    await next(url);
    await next(url);
    expect(await receive(url, { WaitTimeSeconds: 2 })).toEqual([]);
    expect(await next(dead)).toMatchObject({
      MessageId,
      Body: 'poison',
      MessageAttributes: { kind: { StringValue: 'x' } },
    });
    expect(await counts(url)).toEqual(['0', '0', '0']);
    expect(JSON.parse((await attributes(url))['RedrivePolicy'] ?? '')).toEqual({
      deadLetterTargetArn,
      maxReceiveCount: 2,
    });
  });

  test('a dead letter says which queue it comes from', async () => {
    const dead = await queue();
    const deadLetterTargetArn = (await attributes(dead))['QueueArn'] ?? '';
    const url = await queue({ VisibilityTimeout: 0, RedrivePolicy: { deadLetterTargetArn, maxReceiveCount: 1 } });
    await send(url, 'poison');
    await next(url);
    expect(await receive(url)).toEqual([]);
    const source = (await attributes(url))['QueueArn'];
    expect((await next(dead)).Attributes).toMatchObject({ DeadLetterQueueSourceArn: source });
  });

  test('a long poll is answered by the next message, before its time is over', async () => {
    const url = await queue();
    const early = receive(url, { WaitTimeSeconds: 20 });
    await send(url, 'a');
    expect(await early).toMatchObject([{ Body: 'a' }]);
  });

  test('a receive takes as many as it may, ten at most', async () => {
    const url = await queue();
    const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: `m${index}`, MessageBody: `${index}` }));
    await opened.client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    expect(await receive(url)).toHaveLength(1);
    expect(await receive(url, { MaxNumberOfMessages: 10 })).toHaveLength(9);
  });

  test('a receive of more than ten is refused', async () => {
    const url = await queue();
    expect(await refusal(receive(url, { MaxNumberOfMessages: 11 }))).toBe('InvalidParameterValue');
  });

  test('one bad entry of a batch fails alone', async () => {
    const QueueUrl = await queue();
    const Entries = [
      { Id: 'good', MessageBody: 'a' },
      { Id: 'late', MessageBody: 'b', DelaySeconds: 901 },
    ];
    expect(await opened.client.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).toMatchObject({
      Successful: [{ Id: 'good' }],
      Failed: [{ Id: 'late', SenderFault: true, Code: 'InvalidParameterValue' }],
    });
    expect(await receive(QueueUrl, { MaxNumberOfMessages: 10 })).toMatchObject([{ Body: 'a' }]);
  });

  const batch = (QueueUrl: string, ids: readonly string[]) =>
    opened.client.send(new SendMessageBatchCommand({ QueueUrl, Entries: ids.map((Id) => ({ Id, MessageBody: 'x' })) }));

  test('a batch of nothing is refused', async () => {
    expect(await refusal(batch(await queue(), []))).toBe('EmptyBatchRequest');
  });

  test('a batch has ten entries at most, with identifiers of their own', async () => {
    const url = await queue();
    expect(await refusal(batch(url, ['a', 'a']))).toBe('BatchEntryIdsNotDistinct');
    expect(
      await refusal(
        batch(
          url,
          Array.from({ length: 11 }, (_, index) => `m${index}`),
        ),
      ),
    ).toBe('TooManyEntriesInBatchRequest');
  });

  test('a message longer than the queue takes is refused', async () => {
    const url = await queue({ MaximumMessageSize: 1_024 });
    await send(url, 'x'.repeat(1_024));
    expect(await refusal(send(url, 'x'.repeat(1_025)))).toBe('InvalidParameterValue');
  });

  test('a batch of deletes deletes, and names the handles that are none', async () => {
    const QueueUrl = await queue();
    await send(QueueUrl, 'a');
    const { ReceiptHandle } = await next(QueueUrl);
    const Entries = [
      { Id: 'one', ReceiptHandle },
      { Id: 'two', ReceiptHandle: 'nonsense' },
    ];
    expect(await opened.client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))).toMatchObject({
      Successful: [{ Id: 'one' }],
      Failed: [{ Id: 'two', Code: 'ReceiptHandleIsInvalid' }],
    });
    expect(await counts(QueueUrl)).toEqual(['0', '0', '0']);
  });

  test('a purge empties the queue', async () => {
    const QueueUrl = await queue();
    await send(QueueUrl, 'a');
    await send(QueueUrl, 'b');
    await opened.client.send(new PurgeQueueCommand({ QueueUrl }));
    expect(await receive(QueueUrl, { WaitTimeSeconds: 1 })).toEqual([]);
  });

  test('the attributes tell the settings; a queue is found by its name', async () => {
    const url = await queue({ VisibilityTimeout: 7, DelaySeconds: 3 });
    const all = await attributes(url);
    expect(all).toMatchObject({ VisibilityTimeout: '7', DelaySeconds: '3' });
    const QueueName = all['QueueArn']?.split(':').at(-1);
    expect((await opened.client.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl).toBe(url);
  });

  test('a message is kept for four days unless the queue says otherwise', async () => {
    expect(await attributes(await queue())).toMatchObject({ MessageRetentionPeriod: '345600' });
  });

  test('a queue that is not there has an error of its own', async () => {
    const url = await queue();
    expect(await refusal(send(`${url}-not`, 'a'))).toBe('QueueDoesNotExist');
    expect(await refusal(opened.client.send(new GetQueueUrlCommand({ QueueName: 'nowhere' })))).toBe(
      'QueueDoesNotExist',
    );
  });
};
