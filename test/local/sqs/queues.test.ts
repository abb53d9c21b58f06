import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Weather } from '../../../lib/local/contracts.ts';
import { createMeter } from '../../../lib/local/meter.ts';
import { createQueues, type LocalQueues } from '../../../lib/local/sqs/queues.ts';
import { createState } from '../../../lib/local/state.ts';
import { createWeather } from '../../../lib/local/weather.ts';
import { account, createFakeIam, createKeptLog, resource, root } from '../fake-ports.ts';
import { temporaryDirectory } from '../fixtures/assembly.ts';
import { createVirtualClock, settle } from '../virtual-clock.ts';

let directory: ReturnType<typeof temporaryDirectory>;
const open: { stop(): Promise<void> }[] = [];
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(async () => {
  for (const world of open.splice(0)) await world.stop();
  directory.remove();
});

const arn = (name: string) => `arn:aws:sqs:eu-central-1:111111111111:${name}`;
const url = (name: string) => `http://127.0.0.1:1/111111111111/${name}`;

const calm = createWeather({ rough: false, seed: 1 });

/** A queue `jobs` whose dead letters go to `dead` after two receives. */
const start = async (properties: Record<string, unknown> = {}, weather: Weather = calm) => {
  const state = createState({ file: join(directory.path, 'state.db'), synchronous: 'NORMAL' });
  const clock = createVirtualClock();
  const { iam, asked } = createFakeIam();
  const queues: LocalQueues = createQueues({
    account,
    iam,
    state,
    clock,
    weather,
    meter: createMeter(),
    log: createKeptLog().log,
    awsEndpoint: () => 'http://127.0.0.1:1',
  });
  const provision = async (type: string, id: string, of: Record<string, unknown>) => {
    const provisioner = queues.provisioners.find(({ types }) => types.includes(type));
    return provisioner?.provision(resource(type, id, of));
  };
  await provision('AWS::SQS::Queue', 'Dead', { QueueName: 'dead' });
  const RedrivePolicy = { deadLetterTargetArn: arn('dead'), maxReceiveCount: 2 };
  const jobs = await provision('AWS::SQS::Queue', 'Jobs', { QueueName: 'jobs', RedrivePolicy, ...properties });
  const call = async (operation: string, input: Record<string, unknown> = {}, queue = 'jobs') => {
    const answer: unknown = await queues.service.call(operation, { QueueUrl: url(queue), ...input }, root);
    return answer;
  };
  const send = (MessageBody: string, more: Record<string, unknown> = {}) =>
    call('SendMessage', { MessageBody, ...more });
  const take = (most = 10) => queues.queue(arn('jobs')).take(most);
  const bodies = (most = 10) => take(most).map(({ body }) => body);
  const world = {
    queues,
    clock,
    asked,
    jobs,
    provision,
    call,
    send,
    take,
    bodies,
    async stop() {
      await queues.stop();
      await state.close();
    },
  };
  open.push(world);
  return world;
};

test('a queue answers Ref with its URL, and its ARN and name as attributes', async () => {
  const { jobs } = await start();
  expect(jobs).toEqual({
    ref: url('jobs'),
    attributes: { Arn: arn('jobs'), QueueName: 'jobs', QueueUrl: url('jobs') },
  });
});

test('what is sent is received once, with digests that a client can check', async () => {
  const { send, call } = await start();
  const attributes = { kind: { DataType: 'String', StringValue: 'x' } };
  expect(await send('hello', { MessageAttributes: attributes })).toMatchObject({
    MD5OfMessageBody: '5d41402abc4b2a76b9719d911017c592',
  });
  const received = await call('ReceiveMessage', { AttributeNames: ['All'], MessageAttributeNames: ['All'] });
  expect(received).toMatchObject({
    Messages: [{ Body: 'hello', Attributes: { ApproximateReceiveCount: '1' }, MessageAttributes: attributes }],
  });
  expect(await call('ReceiveMessage')).toEqual({});
});

test('a message that is not deleted is visible again after the visibility timeout, a deleted one never', async () => {
  const { send, take, clock, queues } = await start({ VisibilityTimeout: 10 });
  await send('a');
  await send('b');
  const [first] = take();
  await queues.queue(arn('jobs')).remove([first?.receiptHandle ?? '']);
  await clock.advance(9_999);
  expect(take()).toEqual([]);
  await clock.advance(1);
  expect(take().map(({ body, receiveCount }) => [body, receiveCount])).toEqual([['b', 2]]);
});

test('a receipt handle of an earlier receive deletes nothing', async () => {
  const { send, take, clock, queues, bodies } = await start({ VisibilityTimeout: 1 });
  await send('a');
  const [old] = take();
  await clock.advance(1_000);
  take();
  await queues.queue(arn('jobs')).remove([old?.receiptHandle ?? '']);
  await clock.advance(1_000);
  expect(queues.queue(arn('jobs')).counts()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
  expect(bodies()).toEqual([]);
});

test('visibility can be changed, also to show a message at once', async () => {
  const { send, call, take, clock } = await start({ VisibilityTimeout: 10 });
  await send('a');
  const [first] = take();
  await call('ChangeMessageVisibility', { ReceiptHandle: first?.receiptHandle, VisibilityTimeout: 0 });
  const [second] = take();
  expect(second?.receiveCount).toBe(2);
  await expect(
    call('ChangeMessageVisibility', { ReceiptHandle: first?.receiptHandle, VisibilityTimeout: 5 }),
  ).rejects.toMatchObject({ code: 'MessageNotInflight' });
  await call('ChangeMessageVisibility', { ReceiptHandle: second?.receiptHandle, VisibilityTimeout: 60 });
  await clock.advance(59_999);
  expect(take()).toEqual([]);
});

test('a message is delayed by the queue or by its sender', async () => {
  const { send, bodies, clock } = await start({ DelaySeconds: 5 });
  await send('queue');
  await send('own', { DelaySeconds: 1 });
  expect(bodies()).toEqual([]);
  await clock.advance(1_000);
  expect(bodies()).toEqual(['own']);
  await clock.advance(4_000);
  expect(bodies()).toEqual(['queue']);
});

test('a message that was received too often goes to the dead-letter queue and says where it comes from', async () => {
  const { send, take, clock, call, queues } = await start({ VisibilityTimeout: 1 });
  await send('poison');
  for (const round of [1, 2]) {
    expect(take().map(({ receiveCount }) => receiveCount)).toEqual([round]);
    await clock.advance(1_000);
  }
  expect(take()).toEqual([]);
  await settle();
  expect(queues.queue(arn('jobs')).counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  expect(await call('ReceiveMessage', { AttributeNames: ['All'] }, 'dead')).toMatchObject({
    Messages: [{ Body: 'poison', Attributes: { DeadLetterQueueSourceArn: arn('jobs') } }],
  });
});

test('a long poll is answered by the next message, or with nothing after its time', async () => {
  const { call, send, clock } = await start();
  const early = call('ReceiveMessage', { WaitTimeSeconds: 20 });
  await send('a');
  expect(await early).toMatchObject({ Messages: [{ Body: 'a' }] });
  const late = call('ReceiveMessage', { WaitTimeSeconds: 20 });
  await clock.advance(20_000);
  expect(await late).toEqual({});
  expect(await call('ReceiveMessage')).toEqual({});
});

test('messages and their receives outlive a restart; what was in flight is visible again', async () => {
  const first = await start({ VisibilityTimeout: 1 });
  for (const body of ['a', 'b', 'c']) await first.send(body);
  const [gone] = first.take(2);
  await first.queues.queue(arn('jobs')).remove([gone?.receiptHandle ?? '']);
  await open.pop()?.stop();
  const second = await start();
  expect(second.bodies()).toEqual(['b', 'c']);
});

test('a message older than the retention period is not delivered any more', async () => {
  const { send, bodies, clock } = await start({ MessageRetentionPeriod: 60 });
  await send('old');
  await clock.advance(59_000);
  await send('young');
  await clock.advance(1_000);
  expect(bodies()).toEqual(['young']);
});

test('one bad entry of a batch fails alone; the batch itself has limits', async () => {
  const { call, bodies } = await start({ MaximumMessageSize: 1_024 });
  const answer = await call('SendMessageBatch', {
    Entries: [
      { Id: 'good', MessageBody: 'a' },
      { Id: 'long', MessageBody: 'x'.repeat(1_025) },
    ],
  });
  expect(answer).toMatchObject({ Successful: [{ Id: 'good' }], Failed: [{ Id: 'long', SenderFault: true }] });
  expect(bodies()).toEqual(['a']);
  const many = Array.from({ length: 11 }, (_, index) => ({ Id: `${index}`, MessageBody: 'x' }));
  await expect(call('SendMessageBatch', { Entries: many })).rejects.toMatchObject({
    code: 'TooManyEntriesInBatchRequest',
  });
  const twice = [
    { Id: 'a', MessageBody: 'x' },
    { Id: 'a', MessageBody: 'y' },
  ];
  await expect(call('SendMessageBatch', { Entries: twice })).rejects.toMatchObject({
    code: 'BatchEntryIdsNotDistinct',
  });
  await expect(call('SendMessageBatch', { Entries: [] })).rejects.toMatchObject({ code: 'EmptyBatchRequest' });
});

test('a batch of deletes deletes, and names handles that are none', async () => {
  const { call, send, take, queues } = await start();
  await send('a');
  const [message] = take();
  const answer = await call('DeleteMessageBatch', {
    Entries: [
      { Id: '1', ReceiptHandle: message?.receiptHandle },
      { Id: '2', ReceiptHandle: 'nonsense' },
    ],
  });
  expect(answer).toMatchObject({ Successful: [{ Id: '1' }], Failed: [{ Id: '2', Code: 'ReceiptHandleIsInvalid' }] });
  expect(queues.queue(arn('jobs')).counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
});

test('the attributes tell the counts and the settings; a purge empties the queue', async () => {
  const { call, send, take } = await start({ VisibilityTimeout: 7 });
  await send('a');
  await send('b');
  await send('c', { DelaySeconds: 60 });
  take(1);
  expect(await call('GetQueueAttributes', { AttributeNames: ['All'] })).toMatchObject({
    Attributes: {
      ApproximateNumberOfMessages: '1',
      ApproximateNumberOfMessagesNotVisible: '1',
      ApproximateNumberOfMessagesDelayed: '1',
      VisibilityTimeout: '7',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn('dead'), maxReceiveCount: 2 }),
    },
  });
  await call('PurgeQueue');
  expect(await call('GetQueueAttributes', { AttributeNames: ['ApproximateNumberOfMessages'] })).toEqual({
    Attributes: { ApproximateNumberOfMessages: '0' },
  });
});

test('every operation asks for its permission, a missing queue and an unknown operation have their own errors', async () => {
  const { call, asked, send, queues } = await start();
  await send('a');
  expect(asked.at(-1)).toEqual({ principal: root, action: 'sqs:SendMessage', resource: arn('jobs') });
  await expect(call('SendMessage', { MessageBody: 'x' }, 'nowhere')).rejects.toMatchObject({
    code: 'QueueDoesNotExist',
  });
  await expect(call('TagQueue')).rejects.toMatchObject({ code: 'NotImplemented' });
  await expect(call('ReceiveMessage', { MaxNumberOfMessages: 11 })).rejects.toMatchObject({
    code: 'InvalidParameterValue',
  });
  expect(await queues.service.call('ListQueues', {}, root)).toEqual({ QueueUrls: [url('dead'), url('jobs')] });
  expect(await queues.service.call('GetQueueUrl', { QueueName: 'jobs' }, root)).toEqual({ QueueUrl: url('jobs') });
});

test('a queue with a property that is not implemented is refused by its path', async () => {
  const { provision } = await start();
  await expect(provision('AWS::SQS::Queue', 'Fifo', { FifoQueue: true })).rejects.toThrow(
    'shop/Fifo.Properties.FifoQueue',
  );
});

test('in rough weather a deleted message may come once more, and late', async () => {
  const rolls: number[] = [];
  const rough: Weather = { rough: true, roll: (chance) => rolls.push(chance) > 0 && chance === 0.02, delay: () => 0 };
  const { send, take, clock, queues } = await start({}, rough);
  await send('a');
  const [message] = take();
  await queues.queue(arn('jobs')).remove([message?.receiptHandle ?? '']);
  await clock.advance(500);
  expect(take().map(({ body, receiveCount }) => [body, receiveCount])).toEqual([['a', 2]]);
});

test('other parts send by ARN, and what they send is durable when they are told so', async () => {
  const first = await start();
  await first.queues.send(arn('jobs'), [{ body: 'event', attributes: { source: 'bus' } }]);
  await open.pop()?.stop();
  const second = await start();
  expect(await second.call('ReceiveMessage', { MessageAttributeNames: ['All'] })).toMatchObject({
    Messages: [{ Body: 'event', MessageAttributes: { source: { DataType: 'String', StringValue: 'bus' } } }],
  });
});
