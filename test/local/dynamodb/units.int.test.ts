import {
  BatchGetItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { smallCloud, tableProperties } from './cloud.ts';
import type { SmallCloud } from './cloud.ts';

let cloud: SmallCloud;
let client: DynamoDBClient;
let TableName: string;

const [gsi1] = tableProperties.GlobalSecondaryIndexes;
beforeAll(async () => {
  cloud = await smallCloud();
  client = cloud.client();
  TableName = await cloud.table('Billed', {
    ...tableProperties,
    AttributeDefinitions: ['pk', 'sk', 'gsi1pk', 'gsi1sk', 'gsi2pk', 'gsi2sk'].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S' as const,
    })),
    GlobalSecondaryIndexes: [
      gsi1,
      {
        IndexName: 'gsi2',
        KeySchema: [
          { AttributeName: 'gsi2pk', KeyType: 'HASH' },
          { AttributeName: 'gsi2sk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });
});
afterAll(async () => await cloud.stop());

/** What `work` is billed, as the meter has it for the table. */
const billed = async (work: () => Promise<unknown>): Promise<{ read: number; write: number }> => {
  cloud.dynamodb.settleMeter();
  cloud.meter.reset();
  await work();
  cloud.dynamodb.settleMeter();
  const counts = cloud.meter.read();
  return { read: counts[`table.readUnits.${TableName}`] ?? 0, write: counts[`table.writeUnits.${TableName}`] ?? 0 };
};
const key = (id: string) => ({ pk: { S: `t#${id}` }, sk: { S: 'x' } });
const indexed = (id: string, more: object = {}) => ({
  ...key(id),
  gsi1pk: { S: id },
  gsi1sk: { S: '1' },
  gsi2pk: { S: id },
  gsi2sk: { S: '1' },
  text: { S: 'x'.repeat(1100) },
  ...more,
});
const put = (Item: ReturnType<typeof indexed>) => client.send(new PutItemCommand({ TableName, Item }));

it('an item of 1.2 kB is two units in the table, two in an index of everything, one in an index of keys', async () => {
  expect(await billed(() => put(indexed('new')))).toEqual({ read: 0, write: 5 });
});

it('a change of an attribute costs nothing in an index of keys, a new key costs a deletion and a write', async () => {
  await put(indexed('changed'));
  const text = { S: 'y'.repeat(1100) };
  expect(await billed(() => put(indexed('changed', { text })))).toEqual({ read: 0, write: 4 });
  expect(await billed(() => put(indexed('changed', { text, gsi2sk: { S: '2' } })))).toEqual({ read: 0, write: 6 });
});

it('a deletion is billed by what was there', async () => {
  await put(indexed('gone'));
  expect(await billed(() => client.send(new DeleteItemCommand({ TableName, Key: key('gone') })))).toEqual({
    read: 0,
    write: 5,
  });
});

it('an update is billed by the larger of before and after', async () => {
  await client.send(new PutItemCommand({ TableName, Item: { ...key('shrunk'), text: { S: 'x'.repeat(2500) } } }));
  const shrink = new UpdateItemCommand({
    TableName,
    Key: key('shrunk'),
    UpdateExpression: 'SET #text = :text',
    ExpressionAttributeNames: { '#text': 'text' },
    ExpressionAttributeValues: { ':text': { S: 'x' } },
  });
  expect(await billed(() => client.send(shrink))).toEqual({ read: 0, write: 3 });
});

it('a transaction is billed twice in the table, once in its indexes, which follow after it', async () => {
  const TransactItems = [{ Put: { TableName, Item: indexed('sold') } }, { Put: { TableName, Item: key('plain') } }];
  expect(await billed(() => client.send(new TransactWriteItemsCommand({ TransactItems })))).toEqual({
    read: 0,
    write: 9,
  });
});

it('a write that its condition refuses is billed one unit', async () => {
  await client.send(new PutItemCommand({ TableName, Item: key('there') }));
  const refused = client.send(
    new PutItemCommand({ TableName, Item: key('there'), ConditionExpression: 'attribute_not_exists(pk)' }),
  );
  expect(await billed(() => refused.catch(() => undefined))).toEqual({ read: 0, write: 1 });
});

it('reads are billed by 4 kB: each item of a batch by itself, a query by their sum, half when they may be stale', async () => {
  await put(indexed('a'));
  await put(indexed('b'));
  const batch = (ConsistentRead: boolean) =>
    client.send(
      new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [key('a'), key('b')], ConsistentRead } } }),
    );
  expect(await billed(() => batch(true))).toEqual({ read: 2, write: 0 });
  expect(await billed(() => batch(false))).toEqual({ read: 1, write: 0 });
  const none = new GetItemCommand({ TableName, Key: key('nobody') });
  expect(await billed(() => client.send(none))).toEqual({ read: 0.5, write: 0 });
  const query = new QueryCommand({
    TableName,
    IndexName: 'gsi1',
    KeyConditionExpression: 'gsi1pk = :a',
    ExpressionAttributeValues: { ':a': { S: 'a' } },
  });
  expect(await billed(() => client.send(query))).toEqual({ read: 0.5, write: 0 });
});
