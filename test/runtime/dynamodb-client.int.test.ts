import { createServer } from 'node:http';
import {
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
import { AwsServiceError } from '../../lib/runtime/clients/aws-client.ts';
import { dynamoDbOver } from '../../lib/runtime/clients/dynamodb.ts';
import { startTestEngine, type TestEngine } from '../fixtures/engine.ts';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG', sessionToken: 'token' };

describe('the DynamoDB client of the stores', () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await startTestEngine();
  });
  afterAll(() => engine.stop());

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
    expect(ours).toBeInstanceOf(AwsServiceError);
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
