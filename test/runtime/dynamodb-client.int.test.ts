import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import {
  DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoDbError, dynamoDbOver } from '../../lib/runtime/clients/dynamodb.ts';
import { startTestEngine, type TestEngine } from '../fixtures/engine.ts';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG', sessionToken: 'token' };

/** The signature of a request by the book, from what arrived: to judge the SDK's requests and ours alike. */
const expectedSignature = (
  headers: NodeJS.Dict<string | string[]>,
  body: string,
): { sent: string; expected: string } => {
  const authorization = String(headers['authorization']);
  const [, scope = '', names = '', sent = ''] =
    /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+), Signature=(\w+)/.exec(authorization) ?? [];
  const canonical = [
    'POST',
    '/',
    '',
    ...names.split(';').map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    names,
    createHash('sha256').update(body).digest('hex'),
  ].join('\n');
  const text = [
    'AWS4-HMAC-SHA256',
    headers['x-amz-date'],
    scope,
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n');
  const key = scope
    .split('/')
    .reduce<Buffer | string>(
      (secret, part) => createHmac('sha256', secret).update(part).digest(),
      `AWS4${CREDENTIALS.secretAccessKey}`,
    );
  return { sent, expected: createHmac('sha256', key).update(text).digest('hex') };
};

describe('the DynamoDB client of the stores', () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await startTestEngine();
  });
  afterAll(() => engine.stop());

  it('signs requests as the SDK does', async () => {
    const seen: { headers: NodeJS.Dict<string | string[]>; body: string }[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
      request.on('end', () => {
        seen.push({ headers: request.headers, body });
        response.end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const endpoint = `http://127.0.0.1:${address.port}`;
    const input: GetItemCommandInput = { TableName: 'täble', Key: { pk: { S: 'ü' } } };
    const sdk = new DynamoDBClient({ region: 'eu-central-1', endpoint, credentials: CREDENTIALS });
    await sdk.send(new GetItemCommand(input));
    const ours = dynamoDbOver({ region: 'eu-central-1', endpoint, credentials: () => CREDENTIALS });
    await ours.call('GetItem', input);
    sdk.destroy();
    ours.destroy();
    server.close();
    expect(seen).toHaveLength(2);
    for (const { headers, body } of seen) {
      const { sent, expected } = expectedSignature(headers, body);
      expect(sent).toBe(expected);
      expect(headers['x-amz-target']).toBe('DynamoDB_20120810.GetItem');
      expect(JSON.parse(body)).toEqual(input);
      expect(headers['x-amz-security-token']).toBe('token');
    }
  });

  it('answers as the SDK does', async () => {
    const TableName = await engine.newTable();
    const put: PutItemCommandInput = {
      TableName,
      Item: {
        pk: { S: 'a' },
        sk: { S: 'b' },
        n: { N: '1.50' },
        list: { L: [{ BOOL: true }, { NULL: true }] },
        map: { M: { é: { S: 'ü' } } },
      },
    };
    await engine.client.call('PutItem', put);
    await engine.sdk.send(new PutItemCommand(put));
    const bare = ({ $metadata: _, ...answer }: { $metadata?: unknown }) => answer;
    const get: GetItemCommandInput = { TableName, Key: { pk: { S: 'a' }, sk: { S: 'b' } } };
    expect(await engine.client.call('GetItem', get)).toEqual(bare(await engine.sdk.send(new GetItemCommand(get))));
    const query: QueryCommandInput = {
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: 'a' } },
      Limit: 1,
    };
    expect(await engine.client.call('Query', query)).toEqual(bare(await engine.sdk.send(new QueryCommand(query))));
    const update: UpdateItemCommandInput = {
      TableName,
      Key: { pk: { S: 'a' }, sk: { S: 'b' } },
      UpdateExpression: 'SET x = :x',
      ExpressionAttributeValues: { ':x': { S: 'y' } },
      ReturnValues: 'ALL_NEW',
    };
    expect(await engine.client.call('UpdateItem', update)).toEqual(
      bare(await engine.sdk.send(new UpdateItemCommand(update))),
    );
  });

  it('writes bytes as bytes', async () => {
    const TableName = await engine.newTable();
    const keys = { pk: { S: 'a' }, sk: { S: 'b' } };
    const bytes = Buffer.from([0, 255, 128, 7]);
    await engine.client.call('PutItem', { TableName, Item: { ...keys, data: { B: bytes } } });
    const read = await engine.sdk.send(new GetItemCommand({ TableName, Key: keys }));
    expect(Buffer.from(read.Item?.['data']?.B ?? []).equals(bytes)).toBe(true);
    const ours = await engine.client.call('GetItem', { TableName, Key: keys });
    expect(ours.Item?.['data']?.B).toBe(bytes.toString('base64'));
  });

  it('refuses with the names and members that the SDK gives', async () => {
    const TableName = await engine.newTable();
    const Item = { pk: { S: 'a' }, sk: { S: 'b' }, v: { S: 'old' } };
    await engine.client.call('PutItem', { TableName, Item });
    const put: PutItemCommandInput = {
      TableName,
      Item,
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    };
    const transaction: TransactWriteItemsCommandInput = { TransactItems: [{ Put: { ...put, Item, TableName } }] };
    const failure = async (work: Promise<unknown>): Promise<unknown> =>
      work.then(
        () => 'no error',
        (error: unknown) => error,
      );
    const [ours, sdks] = [
      await failure(engine.client.call('PutItem', put)),
      await failure(engine.sdk.send(new PutItemCommand(put))),
    ];
    expect(ours).toBeInstanceOf(DynamoDbError);
    expect(ours).toMatchObject({ name: 'ConditionalCheckFailedException', body: { Item } });
    expect(sdks).toMatchObject({ name: 'ConditionalCheckFailedException', Item });
    const cancelled = await failure(engine.client.call('TransactWriteItems', transaction));
    const sdkCancelled = await failure(engine.sdk.send(new TransactWriteItemsCommand(transaction)));
    expect(cancelled).toMatchObject({
      name: 'TransactionCanceledException',
      body: { CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item }] },
    });
    expect(sdkCancelled).toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item }],
    });
    expect(await failure(engine.client.call('DescribeTable', { TableName: 'none' }))).toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('tries again what may be tried again, and only that, with the token that it began with', async () => {
    const answers = [500, 400, 200];
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
      request.on('end', () => {
        bodies.push(body);
        response.statusCode = answers.shift() ?? 400;
        response.end(
          JSON.stringify(response.statusCode === 400 ? { __type: 'a#ThrottlingException', message: 'slow' } : {}),
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const client = dynamoDbOver({
      region: 'eu-central-1',
      endpoint: `http://127.0.0.1:${address.port}`,
      credentials: () => CREDENTIALS,
    });
    await client.call('TransactWriteItems', { TransactItems: [] });
    expect(bodies).toHaveLength(3);
    expect(new Set(bodies).size).toBe(1);
    answers.push(413);
    await expect(client.call('GetItem', { TableName: 't', Key: {} })).rejects.toMatchObject({ name: 'Http413' });
    expect(bodies).toHaveLength(4);
    client.destroy();
    server.close();
  });
});
