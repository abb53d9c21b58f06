import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DescribeTableCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { smallCloud, tableProperties } from './cloud.ts';
import type { SmallCloud } from './cloud.ts';

/** Two stacks whose tables lie in different engines. */
const STACKS = ['one', 'shop'] as const;

let cloud: SmallCloud;
let tables: string[];
const open = async (stateDir?: string): Promise<void> => {
  cloud = await smallCloud(stateDir === undefined ? {} : { stateDir });
  tables = await Promise.all(STACKS.map((stack) => cloud.table('Things', tableProperties, stack)));
};
beforeEach(async () => await open());
afterEach(async () => await cloud.stop());

const key = (id: string) => ({ pk: { S: `t#${id}` }, sk: { S: 'x' } });
const put = (TableName: string, id: string) => cloud.client().send(new PutItemCommand({ TableName, Item: key(id) }));
const has = async (TableName: string, id: string): Promise<boolean> =>
  (await cloud.client().send(new GetItemCommand({ TableName, Key: key(id) }))).Item !== undefined;
const names = () => {
  const [here = '', there = ''] = tables;
  return { here, there };
};

test('tables of two engines are one DynamoDB: listed, described, each with its own items and stream', async () => {
  const { here, there } = names();
  await put(here, '1');
  await put(there, '2');
  await put(there, '3');
  expect([await has(here, '1'), await has(here, '2'), await has(there, '1'), await has(there, '2')]).toEqual([
    true,
    false,
    false,
    true,
  ]);
  expect((await cloud.client().send(new ListTablesCommand())).TableNames).toEqual([here, there]);
  for (const TableName of tables) {
    const { Table } = await cloud.client().send(new DescribeTableCommand({ TableName }));
    expect(Table?.TableArn).toBe(`arn:aws:dynamodb:eu-central-1:111111111111:table/${TableName}`);
  }
  expect(tables.map((table) => cloud.dynamodb.read(table, 0, 10).length)).toEqual([1, 2]);
});

test('a batch may be about tables of both, and is answered as one', async () => {
  const { here, there } = names();
  const written = await cloud.client().send(
    new BatchWriteItemCommand({
      RequestItems: {
        [here]: [{ PutRequest: { Item: key('1') } }],
        [there]: [{ PutRequest: { Item: key('2') } }, { PutRequest: { Item: key('3') } }],
      },
      ReturnConsumedCapacity: 'TOTAL',
    }),
  );
  expect(written.UnprocessedItems).toEqual({});
  expect(written.ConsumedCapacity?.map(({ TableName }) => TableName).sort()).toEqual([here, there]);
  const read = await cloud.client().send(
    new BatchGetItemCommand({
      RequestItems: { [here]: { Keys: [key('1'), key('2')] }, [there]: { Keys: [key('2'), key('3')] } },
    }),
  );
  expect([read.Responses?.[here]?.length, read.Responses?.[there]?.length]).toEqual([1, 2]);
  expect(read.ConsumedCapacity).toBeUndefined();
  cloud.dynamodb.settleMeter();
  expect(cloud.meter.read()).toMatchObject({ 'dynamodb.BatchWriteItem': 1, 'dynamodb.BatchGetItem': 1 });
});

test('a batch that is too large is not allowed by being split', async () => {
  const { here, there } = names();
  const requests = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => ({ PutRequest: { Item: key(String(from + index)) } }));
  const batch = new BatchWriteItemCommand({ RequestItems: { [here]: requests(0, 13), [there]: requests(13, 26) } });
  await expect(cloud.client().send(batch)).rejects.toMatchObject({ name: 'ValidationException' });
  expect([await has(here, '0'), await has(there, '13')]).toEqual([false, false]);
});

test('a transaction is about tables of one stack; about two it is refused as a whole, and says what to do', async () => {
  const { here, there } = names();
  const second = await cloud.table('Others', tableProperties, STACKS[0]);
  const write = (...of: readonly string[]) =>
    cloud.client().send(
      new TransactWriteItemsCommand({
        TransactItems: of.map((TableName) => ({ Put: { TableName, Item: key('9') } })),
      }),
    );
  await write(here, second);
  expect([await has(here, '9'), await has(second, '9')]).toEqual([true, true]);
  await expect(write(second, there)).rejects.toThrow('declare its tables in one stack');
  expect(await has(there, '9')).toBe(false);
});

test('a table stays in the engine that it was made in, even when another stack declares it later', async () => {
  const named = { ...tableProperties, TableName: 'named' };
  const { stateDir } = cloud;
  await put(await cloud.table('Named', named, STACKS[0]), '1');
  await cloud.stop('keep');
  await open(stateDir);
  expect(await has(await cloud.table('Named', named, STACKS[1]), '1')).toBe(true);
});
