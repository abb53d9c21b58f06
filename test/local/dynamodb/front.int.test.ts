import {
  BatchGetItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallCloud } from './cloud.ts';
import type { SmallCloud } from './cloud.ts';

let cloud: SmallCloud;
let TableName: string;
beforeAll(async () => {
  cloud = await smallCloud();
  TableName = await cloud.table('Orders');
});
afterAll(async () => await cloud.stop());

const arn = 'arn:aws:dynamodb:eu-central-1:111111111111:table/shop-Orders';
const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
};
let roles = 0;

/** A client of a new role that may do this, to keys that begin with `t#`, unless said otherwise. */
const clientWith = async (
  actions: readonly string[],
  resources: readonly string[],
  condition: object = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['t#*'] } },
): Promise<DynamoDBClient> => {
  roles += 1;
  const statement = { Effect: 'Allow', Action: actions, Resource: resources, Condition: condition };
  const made = await cloud.iam.provisioners[0]?.provision({
    stack: 'shop',
    logicalId: `Role${roles}`,
    path: `shop/Role${roles}`,
    type: 'AWS::IAM::Role',
    metadata: {},
    properties: {
      AssumeRolePolicyDocument: trust,
      Policies: [{ PolicyName: 'p', PolicyDocument: { Version: '2012-10-17', Statement: [statement] } }],
    },
  });
  return cloud.client(cloud.iam.credentialsFor({ kind: 'role', arn: made?.attributes['Arn'] ?? '' }));
};

const item = (pk: string) => ({ pk: { S: pk }, sk: { S: 'a' } });
const denied = (action: string, resource: string) => ({
  name: 'AccessDeniedException',
  message: expect.stringContaining(`is not authorized to perform: ${action} on resource: ${resource}`),
});

test('each operation needs its own action on the table', async () => {
  const client = await clientWith(['dynamodb:GetItem'], [arn]);
  await expect(client.send(new GetItemCommand({ TableName, Key: item('t#1') }))).resolves.toBeDefined();
  await expect(client.send(new PutItemCommand({ TableName, Item: item('t#1') }))).rejects.toMatchObject(
    denied('dynamodb:PutItem', arn),
  );
});

test('a key outside of the leading keys is refused, in items, keys, queries and batches', async () => {
  const client = await clientWith(['dynamodb:*'], [arn, `${arn}/index/*`]);
  const query = (more: object) =>
    client.send(
      new QueryCommand({
        TableName,
        ExpressionAttributeValues: { ':k': { S: 'sys#1' } },
        KeyConditionExpression: '#k = :k',
        ...more,
      }),
    );
  await expect(client.send(new PutItemCommand({ TableName, Item: item('sys#1') }))).rejects.toMatchObject(
    denied('dynamodb:PutItem', arn),
  );
  await expect(
    client.send(new UpdateItemCommand({ TableName, Key: item('sys#1'), UpdateExpression: 'REMOVE a' })),
  ).rejects.toMatchObject(denied('dynamodb:UpdateItem', arn));
  await expect(query({ ExpressionAttributeNames: { '#k': 'pk' } })).rejects.toMatchObject(
    denied('dynamodb:Query', arn),
  );
  await expect(query({ IndexName: 'gsi1', ExpressionAttributeNames: { '#k': 'gsi1pk' } })).rejects.toMatchObject(
    denied('dynamodb:Query', `${arn}/index/gsi1`),
  );
  await expect(
    client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [item('t#1'), item('sys#1')] } } })),
  ).rejects.toMatchObject(denied('dynamodb:BatchGetItem', arn));
});

test('an index is a resource of its own', async () => {
  const client = await clientWith(['dynamodb:Query'], [arn]);
  const query = new QueryCommand({
    TableName,
    IndexName: 'gsi1',
    KeyConditionExpression: 'gsi1pk = :k',
    ExpressionAttributeValues: { ':k': { S: 't#1' } },
  });
  await expect(client.send(query)).rejects.toMatchObject(denied('dynamodb:Query', `${arn}/index/gsi1`));
});

test('a transaction needs the action of each of its items', async () => {
  const client = await clientWith(['dynamodb:PutItem'], [arn]);
  const put = { Put: { TableName, Item: item('t#tx') } };
  await expect(client.send(new TransactWriteItemsCommand({ TransactItems: [put] }))).resolves.toBeDefined();
  const check = {
    ConditionCheck: { TableName, Key: item('t#other'), ConditionExpression: 'attribute_not_exists(pk)' },
  };
  await expect(client.send(new TransactWriteItemsCommand({ TransactItems: [put, check] }))).rejects.toMatchObject(
    denied('dynamodb:ConditionCheckItem', arn),
  );
});

test('attributes can be held to a list', async () => {
  const client = await clientWith(['dynamodb:UpdateItem'], [arn], {
    'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'note'] },
  });
  const update = (UpdateExpression: string, names: Record<string, string>) =>
    client.send(
      new UpdateItemCommand({
        TableName,
        Key: item('t#1'),
        UpdateExpression,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: { ':v': { S: 'x' } },
      }),
    );
  await expect(update('SET #n = if_not_exists(note, :v)', { '#n': 'note' })).resolves.toBeDefined();
  await expect(update('SET #n = :v', { '#n': 'price' })).rejects.toMatchObject(denied('dynamodb:UpdateItem', arn));
});

test('a refusal comes before the table is looked at', async () => {
  const client = await clientWith(['dynamodb:GetItem'], [arn]);
  await expect(client.send(new GetItemCommand({ TableName: 'other', Key: item('t#1') }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
});

test('an unknown key is refused as AWS does', async () => {
  const stranger = cloud.client({ accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' });
  await expect(stranger.send(new GetItemCommand({ TableName, Key: item('t#1') }))).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
  });
});

test('calls and units are counted; what the caller did not ask for is not answered', async () => {
  const client = cloud.client();
  cloud.dynamodb.settleMeter();
  cloud.meter.reset();
  const answer = await client.send(
    new PutItemCommand({ TableName, Item: { ...item('t#meter'), text: { S: 'x'.repeat(1500) } } }),
  );
  await client.send(new GetItemCommand({ TableName, Key: item('t#meter') }));
  await client
    .send(new PutItemCommand({ TableName, Item: item('t#meter'), ConditionExpression: 'attribute_not_exists(pk)' }))
    .catch(() => undefined);
  const read = await fetch(`${cloud.url}/_local/meter`);
  expect(await read.json()).toEqual({
    'dynamodb.GetItem': 1,
    'dynamodb.PutItem': 2,
    'dynamodb.readUnits': 0.5,
    'dynamodb.writeUnits': 3,
    'table.readUnits.shop-Orders': 0.5,
    'table.writeUnits.shop-Orders': 3,
  });
  expect(answer.ConsumedCapacity).toBeUndefined();
  await fetch(`${cloud.url}/_local/meter`, { method: 'DELETE' });
  expect(await (await fetch(`${cloud.url}/_local/meter`)).json()).toEqual({});
});

test('an item may have an attribute named as the capacity', async () => {
  const client = cloud.client();
  const Item = { ...item('t#name'), ConsumedCapacity: { M: { TableName: { S: 'x' } } } };
  await client.send(new PutItemCommand({ TableName, Item }));
  expect((await client.send(new GetItemCommand({ TableName, Key: item('t#name') }))).Item).toEqual(Item);
});

test('a table is described with the ARNs of this account', async () => {
  const root = { kind: 'root', arn: 'x' } as const;
  expect(await cloud.dynamodb.service.call('DescribeTable', { TableName }, root)).toMatchObject({
    Table: {
      TableArn: arn,
      LatestStreamArn: `${arn}/stream/2020-01-01T00:00:00.000`,
      GlobalSecondaryIndexes: [{ IndexArn: `${arn}/index/gsi1` }],
      TableStatus: 'ACTIVE',
    },
  });
});

test('an operation that is not built says so by name', async () => {
  const root = { kind: 'root', arn: 'x' } as const;
  await expect(cloud.dynamodb.service.call('ExecuteStatement', {}, root)).rejects.toMatchObject({
    code: 'NotImplemented',
    message: expect.stringContaining('dynamodb:ExecuteStatement'),
  });
});
