import { join, relative } from 'node:path';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCloud, type Cloud } from '../../lib/local/cloud.ts';
import { grantsClient } from '../../lib/local/grants-client.ts';
import { quietLog } from '../../lib/local/log.ts';
import { temporaryDirectory, writeAssembly } from './fixtures/assembly.ts';
import { chainTemplate } from './fixtures/chain-template.ts';

const directory = temporaryDirectory();
const assembly = join(directory.path, 'cdk.out');

const bundle = (contents: string): string =>
  buildSync({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'js' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    // What the SDK brings for CommonJS.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  }).outputFiles[0]?.text ?? '';

const writer = `
  import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
  const db = new DynamoDBClient();
  export const handler = async ({ id, table }) => {
    await db.send(new PutItemCommand({ TableName: table ?? process.env.TABLE, Item: { pk: { S: id }, kind: { S: 'order' } } }));
    return { id };
  };`;
const publisher = `
  import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
  const sqs = new SQSClient();
  export const handler = async ({ Records }) => {
    for (const { dynamodb } of Records) {
      if (dynamodb.NewImage?.kind.S !== 'order') continue;
      await sqs.send(new SendMessageCommand({ QueueUrl: process.env.QUEUE_URL, MessageBody: dynamodb.Keys.pk.S }));
    }
  };`;
const consumer = `
  import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
  const db = new DynamoDBClient();
  export const handler = async ({ Records }) => {
    for (const { body } of Records) {
      await db.send(new PutItemCommand({ TableName: process.env.TABLE, Item: { pk: { S: 'seen#' + body }, kind: { S: 'seen' } } }));
    }
  };`;

let cloud: Cloud;
const start = async (): Promise<void> => {
  cloud = await startCloud({
    assembly,
    // As `npm start` gives it: relative to where it runs.
    stateDir: relative(process.cwd(), join(directory.path, 'state')),
    apiPort: 0,
    awsPort: 0,
    weather: { rough: false, seed: 1 },
    concurrency: 'many',
    log: quietLog,
  });
};

const client = () => ({
  endpoint: cloud.awsUrl,
  region: 'eu-central-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

const invoke = async (payload: Record<string, unknown>): Promise<{ error: string | undefined; answer: unknown }> => {
  const { Payload, FunctionError } = await new LambdaClient(client()).send(
    new InvokeCommand({ FunctionName: 'writer', Qualifier: 'live', Payload: JSON.stringify(payload) }),
  );
  return { error: FunctionError, answer: JSON.parse(Buffer.from(Payload ?? []).toString()) };
};

const isSeen = async (id: string): Promise<boolean> => {
  const key = { pk: { S: `seen#${id}` } };
  const { Item } = await new DynamoDBClient(client()).send(new GetItemCommand({ TableName: 'chain-Table', Key: key }));
  return Item !== undefined;
};

beforeAll(async () => {
  const bundles = { writer: bundle(writer), publisher: bundle(publisher), consumer: bundle(consumer) };
  writeAssembly(assembly, { chain: chainTemplate }, bundles);
  await start();
});

afterAll(async () => {
  await cloud.stop();
  directory.remove();
});

test('a write goes from function to table to stream to queue to function', async () => {
  expect(await invoke({ id: 'or_1' })).toEqual({ error: undefined, answer: { id: 'or_1' } });
  await expect.poll(() => isSeen('or_1'), { timeout: 15_000, interval: 50 }).toBe(true);
  const meter = cloud.meter.read();
  expect(meter['lambda.invocations.writer']).toBe(1);
  expect(meter['lambda.invocations.consumer']).toBe(1);
});

test('what a role may not do is refused with the statement to add', async () => {
  const { error, answer } = await invoke({ id: 'x', table: 'chain-Other' });
  expect(error).toBe('Unhandled');
  expect(answer).toMatchObject({
    errorType: 'AccessDeniedException',
    errorMessage: expect.stringContaining('"Action":"dynamodb:PutItem"'),
  });
});

test('permissions are told about, and a statement can be taken away from a running function', async () => {
  const grants = grantsClient(cloud.awsUrl);
  const role = 'arn:aws:iam::111111111111:role/chain-writerRole';
  const action = 'dynamodb:PutItem';
  const resource = 'arn:aws:dynamodb:eu-central-1:111111111111:table/chain-Table';
  const statement = { id: 'chain-writerRole own 0', role, actions: [action], resources: [resource] };
  expect(await grants.statements()).toContainEqual(statement);

  const { mark = 0 } = (await grants.since(0)) ?? {};
  await invoke({ id: 'or_3' });
  const used = await grants.since(mark);
  expect(used?.uses).toContainEqual({ role, action, resource });
  expect(used?.refusals).toEqual([]);

  await grants.withdraw([statement.id]);
  expect(await invoke({ id: 'or_4' })).toMatchObject({ answer: { errorType: 'AccessDeniedException' } });
  const refused = (await grants.since(used?.mark ?? 0))?.refusals.find((refusal) => refusal.action === action);
  expect(refused).toMatchObject({ action, resource, message: expect.stringContaining(`"Action":"${action}"`) });

  await grants.withdraw([]);
  expect(await invoke({ id: 'or_4' })).toEqual({ error: undefined, answer: { id: 'or_4' } });
  await expect(grants.withdraw(['nobody own 0'])).rejects.toThrow('There is no statement nobody own 0');
});

test('a restart finds everything, and what was not delivered is delivered then', async () => {
  await invoke({ id: 'or_2' });
  await cloud.stop();
  await start();
  expect(await isSeen('or_1')).toBe(true);
  await expect.poll(() => isSeen('or_2'), { timeout: 15_000, interval: 50 }).toBe(true);
  const sqs = new SQSClient(client());
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'chain-Queue' }));
  const counts = async () =>
    (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes;
  await expect
    .poll(counts, { timeout: 5_000 })
    .toMatchObject({ ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '0' });
});

test('a second cloud on the same state is refused', async () => {
  await expect(start()).rejects.toThrow(/in use by another local cloud/);
});
