import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Principal } from '../../../lib/local/contracts.ts';
import { createDispatch } from '../../../lib/local/endpoint/dispatch.ts';
import { createFastPathHost } from '../../../lib/local/endpoint/fast-path-host.ts';
import { AwsError } from '../../../lib/local/aws-error.ts';
import { smallCloud } from '../dynamodb/cloud.ts';
import type { SmallCloud } from '../dynamodb/cloud.ts';

/** Nothing listens there: whatever succeeds has gone the short way. */
const NOWHERE = 'http://127.0.0.1:9';

const FUNCTION = `
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { LambdaClient, InvokeCommand } from '@aws-sdk/client-lambda';
import { S3Client, ListBucketsCommand } from '@aws-sdk/client-s3';
import { SSMClient, GetParameterCommand } from '@aws-sdk/client-ssm';
import { NodeHttpHandler } from '@smithy/node-http-handler';
const commands = { GetItemCommand, PutItemCommand, InvokeCommand, ListBucketsCommand, GetParameterCommand };
const clients = { DynamoDBClient, LambdaClient, S3Client, SSMClient };
export const call = async ({ client, command, input, options, key }) => {
  try {
    const requestHandler = new NodeHttpHandler({ connectionTimeout: 1000, requestTimeout: options.requestTimeout ?? 3000, throwOnRequestTimeout: true });
    const credentials = key === undefined ? options.credentials : { accessKeyId: key, secretAccessKey: 'x' };
    const opened = new clients[client]({ endpoint: options.endpoint, region: 'eu-central-1', maxAttempts: 1, requestHandler, credentials });
    const { $metadata, Payload, ...answer } = await opened.send(new commands[command](input));
    return { answer: { ...answer, ...(Payload === undefined ? {} : { Payload: Buffer.from(Payload).toString() }) } };
  } catch (error) {
    return { error: { name: error.name, message: error.message, Item: error.Item } };
  }
};
`;

const ENVIRONMENT = (fastPath: string, bundle: string) => `
import { parentPort, workerData } from 'node:worker_threads';
import { installAwsFastPath } from ${JSON.stringify(fastPath)};
const take = installAwsFastPath(workerData.options);
const { call } = await import(${JSON.stringify(bundle)});
parentPort.on('message', async (message) => parentPort.postMessage(message === 'take' ? take() : await call({ ...message, options: { ...workerData.client, ...message.options } })));
parentPort.postMessage('ready');
`;

let cloud: SmallCloud;
let worker: Worker;
let TableName: string;
let answers = 0;

const bundled = async (contents: string, external: readonly string[] = []): Promise<string> => {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'js' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    external: [...external],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  return outputFiles[0]?.text ?? '';
};

beforeAll(async () => {
  cloud = await smallCloud();
  TableName = await cloud.table('Orders');
  const statement = {
    Effect: 'Allow',
    Action: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    Resource: '*',
    Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['t#*'] } },
  };
  const made = await cloud.iam.provisioners[0]?.provision({
    stack: 'shop',
    logicalId: 'Role',
    path: 'shop/Role',
    type: 'AWS::IAM::Role',
    metadata: {},
    properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
      },
      Policies: [{ PolicyName: 'p', PolicyDocument: { Version: '2012-10-17', Statement: [statement] } }],
    },
  });
  const role: Principal = { kind: 'role', arn: made?.attributes['Arn'] ?? '' };
  const service = {
    signingName: 'ssm',
    call: async (operation: string, input: unknown, principal: Principal) => {
      answers += 1;
      if (JSON.stringify(input).includes('slow')) return await new Promise(() => undefined);
      if (JSON.stringify(input).includes('broken')) throw new AwsError('ParameterNotFound', 'not here');
      return { Parameter: { Name: operation, Value: principal.arn } };
    },
  };
  const lambda = {
    signingName: 'lambda',
    call: async (_operation: string, input: Readonly<Record<string, unknown>>) => ({
      StatusCode: 200,
      Payload: input['Payload'],
    }),
  };
  const services = new Map([service, lambda].map((one) => [one.signingName, one]));
  const hooks = createFastPathHost({
    iam: cloud.iam,
    dynamodb: cloud.dynamodb,
    dispatch: createDispatch(
      (name) => services.get(name),
      () => undefined,
    ),
    endpoint: () => NOWHERE,
    seed: 1,
  });
  const directory = mkdtempSync(join(tmpdir(), 'fast-path-'));
  const bundle = join(directory, 'function.mjs');
  writeFileSync(bundle, await bundled(FUNCTION));
  const environment = join(directory, 'environment.mjs');
  writeFileSync(
    environment,
    await bundled(ENVIRONMENT(hooks.module, pathToFileURL(bundle).href), [pathToFileURL(bundle).href]),
  );
  const { options, transfer = [] } = hooks.options({ functionArn: 'f', roleArn: role.arn });
  worker = new Worker(environment, {
    workerData: { options, client: { endpoint: NOWHERE, credentials: cloud.iam.credentialsFor(role) } },
    transferList: [...transfer],
  });
  await new Promise((resolve) => worker.once('message', resolve));
});

afterAll(async () => {
  await worker.terminate();
  await cloud.stop();
});

const call = (message: Record<string, unknown>): Promise<unknown> =>
  new Promise((resolve) => {
    worker.once('message', resolve);
    worker.postMessage(message);
  });
const dynamodb = (command: string, input: Record<string, unknown>, more: object = {}) =>
  call({ client: 'DynamoDBClient', command, input: { TableName, ...input }, ...more });
const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 'ä' } });

test('a function reads what it wrote, and its calls are counted', async () => {
  cloud.dynamodb.settleMeter();
  cloud.meter.reset();
  expect(await dynamodb('PutItemCommand', { Item: { ...key('t#1'), n: { N: '1' } } })).toEqual({ answer: {} });
  expect(await dynamodb('GetItemCommand', { Key: key('t#1') })).toEqual({
    answer: { Item: { ...key('t#1'), n: { N: '1' } } },
  });
  cloud.dynamodb.settleMeter();
  expect(cloud.meter.read()).toEqual({
    'dynamodb.GetItem': 1,
    'dynamodb.PutItem': 1,
    'dynamodb.readUnits': 0.5,
    'dynamodb.writeUnits': 1,
    'table.readUnits.shop-Orders': 0.5,
    'table.writeUnits.shop-Orders': 1,
  });
});

test('its role is held to, in the worker', async () => {
  const error = {
    name: 'AccessDeniedException',
    message: expect.stringContaining(
      'dynamodb:PutItem on resource: arn:aws:dynamodb:eu-central-1:111111111111:table/shop-Orders',
    ),
  };
  expect(await dynamodb('PutItemCommand', { Item: key('sys#1') })).toMatchObject({ error });
});

test('what its role was used for is on record, once', async () => {
  await dynamodb('GetItemCommand', { Key: key('t#1') });
  await dynamodb('GetItemCommand', { Key: key('t#1') });
  await dynamodb('GetItemCommand', { Key: key('sys#1') });
  const role = 'arn:aws:iam::111111111111:role/shop-Role';
  const resource = 'arn:aws:dynamodb:eu-central-1:111111111111:table/shop-Orders';
  await expect
    .poll(() => cloud.iam.record.since(0).uses)
    .toContainEqual({ role, action: 'dynamodb:GetItem', resource });
  const gets = cloud.iam.record.since(0).uses.filter((use) => use.action === 'dynamodb:GetItem');
  expect(gets).toHaveLength(1);
});

test('the refusals of the engine arrive whole', async () => {
  const condition = { ConditionExpression: 'attribute_not_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
  await dynamodb('PutItemCommand', { Item: key('t#2') });
  expect(await dynamodb('PutItemCommand', { Item: key('t#2'), ...condition })).toEqual({
    error: { name: 'ConditionalCheckFailedException', message: 'The conditional request failed', Item: key('t#2') },
  });
});

test('a write in a worker wakes the readers of the stream', async () => {
  const woken = new Promise<void>((resolve) => void cloud.dynamodb.onWrite(TableName, resolve));
  await dynamodb('PutItemCommand', { Item: key('t#3') });
  await expect(woken).resolves.toBeUndefined();
});

test('other services are called by message, as the role', async () => {
  const ask = (Name: string, options: object = {}) =>
    call({ client: 'SSMClient', command: 'GetParameterCommand', input: { Name }, options });
  expect(await ask('/a')).toEqual({
    answer: { Parameter: { Name: 'GetParameter', Value: 'arn:aws:iam::111111111111:role/shop-Role' } },
  });
  expect(await ask('broken')).toMatchObject({ error: { name: 'ParameterNotFound', message: 'not here' } });
  expect(
    await call({ client: 'LambdaClient', command: 'InvokeCommand', input: { FunctionName: 'f', Payload: '{"ü":1}' } }),
  ).toMatchObject({ answer: { StatusCode: 200, Payload: '{"ü":1}' } });
});

test('the requests of a function are named from the first time that they are taken', async () => {
  const take = () =>
    new Promise((resolve) => {
      worker.once('message', resolve);
      worker.postMessage('take');
    });
  expect(await take()).toEqual([]);
  await dynamodb('GetItemCommand', { Key: key('t#1') });
  const FunctionName = 'arn:aws:lambda:eu-central-1:111111111111:function:shop-f:live';
  await call({ client: 'LambdaClient', command: 'InvokeCommand', input: { FunctionName, Payload: '{}' } });
  await call({ client: 'SSMClient', command: 'GetParameterCommand', input: { Name: '/a' } });
  await call({ client: 'S3Client', command: 'ListBucketsCommand', input: {} });
  expect(await take()).toEqual(['dynamodb.GetItem', 'lambda.Invoke shop-f', 'ssm.GetParameter', 's3.GET']);
  expect(await take()).toEqual([]);
});

test("a client's time-out ends a call that is not answered", async () => {
  const before = answers;
  const slow = {
    client: 'SSMClient',
    command: 'GetParameterCommand',
    input: { Name: 'slow' },
    options: { requestTimeout: 50 },
  };
  expect(await call(slow)).toMatchObject({ error: { name: 'TimeoutError' } });
  expect(answers).toBe(before + 1);
});

test('a caller with another access key, and S3, take the long way', async () => {
  expect(await dynamodb('GetItemCommand', { Key: key('t#1') }, { key: 'AKIAOTHER' })).toMatchObject({
    error: { message: expect.stringContaining('ECONNREFUSED') },
  });
  expect(await call({ client: 'S3Client', command: 'ListBucketsCommand', input: {} })).toMatchObject({
    error: { message: expect.stringContaining('ECONNREFUSED') },
  });
});
