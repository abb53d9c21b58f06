import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, test } from 'vitest';
import type { Weather } from '../../../lib/local/contracts.ts';
import { createWeather } from '../../../lib/local/weather.ts';
import { handClock, smallCloud, tableProperties } from './cloud.ts';
import type { SmallCloud } from './cloud.ts';

const open: SmallCloud[] = [];
afterEach(async () => {
  for (const cloud of open.splice(0)) await cloud.stop();
});

const stale: Weather = { rough: true, roll: () => false, delay: () => 700 };
const item = (sk: string, n = 1) => ({
  pk: { S: 't#1' },
  sk: { S: sk },
  gsi1pk: { S: 'g' },
  gsi1sk: { S: sk },
  n: { N: String(n) },
});

const startStale = async (stateDir?: string) => {
  const clock = handClock();
  const cloud = await smallCloud({ weather: stale, clock, ...(stateDir === undefined ? {} : { stateDir }) });
  open.push(cloud);
  const TableName = await cloud.table('Orders');
  const client = cloud.client();
  const query = async (more: object = {}) => {
    const answer = await client.send(
      new QueryCommand({
        TableName,
        IndexName: 'gsi1',
        KeyConditionExpression: 'gsi1pk = :g',
        ExpressionAttributeValues: { ':g': { S: 'g' } },
        ...more,
      }),
    );
    return (answer.Items ?? []).map((found) => `${found['sk']?.S}=${found['n']?.N}`);
  };
  const put = (sk: string, n = 1) => client.send(new PutItemCommand({ TableName, Item: item(sk, n) }));
  return { cloud, clock, TableName, client, query, put };
};

test('an index is behind its table by up to a second, for inserts, changes and deletions', async () => {
  const { clock, TableName, client, query, put } = await startStale();
  await put('a');
  await clock.move(20);
  expect(await query()).toEqual([]);
  await clock.move(680);
  expect(await query()).toEqual([]);
  await clock.move(20);
  expect(await query()).toEqual(['a=1']);
  await put('a', 2);
  await put('b');
  await clock.move(20);
  expect(await query()).toEqual(['a=1']);
  await clock.move(700);
  expect(await query()).toEqual(['a=2', 'b=1']);
  await client.send(new DeleteItemCommand({ TableName, Key: { pk: { S: 't#1' }, sk: { S: 'a' } } }));
  await clock.move(20);
  expect(await query()).toEqual(['a=2', 'b=1']);
  await clock.move(700);
  expect(await query()).toEqual(['b=1']);
});

test('the table itself is never behind', async () => {
  const { TableName, client, put } = await startStale();
  await put('a');
  const { Items } = await client.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': { S: 't#1' } },
    }),
  );
  expect(Items).toHaveLength(1);
});

test('a cloud that starts on old state has its indexes as they were', async () => {
  const first = await startStale();
  await first.put('a');
  await first.cloud.stop('keep');
  open.length = 0;
  const again = await startStale(first.cloud.stateDir);
  expect(await again.query()).toEqual(['a=1']);
  await again.put('b');
  expect(await again.query()).toEqual(['a=1']);
});

test('the copy that is behind is not a table of the account', async () => {
  const { cloud, TableName, put } = await startStale();
  await put('a');
  const root = { kind: 'root', arn: 'x' } as const;
  expect(await cloud.dynamodb.service.call('ListTables', {}, root)).toEqual({ TableNames: [TableName] });
  const read = cloud.dynamodb.service.call('GetItem', { TableName: `${TableName}--lagging`, Key: item('a') }, root);
  await expect(read).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
});

test('a table without a stream has an index that is behind, too', async () => {
  const clock = handClock();
  const cloud = await smallCloud({ weather: stale, clock });
  open.push(cloud);
  const { StreamSpecification: _none, ...properties } = tableProperties;
  const TableName = await cloud.table('Plain', properties);
  await cloud.client().send(new PutItemCommand({ TableName, Item: item('a') }));
  const query = async () =>
    (
      await cloud.client().send(
        new QueryCommand({
          TableName,
          IndexName: 'gsi1',
          KeyConditionExpression: 'gsi1pk = :g',
          ExpressionAttributeValues: { ':g': { S: 'g' } },
        }),
      )
    ).Count;
  expect(await query()).toBe(0);
  await clock.move(20);
  await clock.move(700);
  expect(await query()).toBe(1);
});

const refusals = async (client: DynamoDBClient, calls: number, call: (n: number) => Promise<unknown>) => {
  const names: Record<string, number> = {};
  for (let n = 0; n < calls; n += 1) {
    try {
      await call(n);
    } catch (error) {
      const name = error instanceof Error ? error.name : 'other';
      names[name] = (names[name] ?? 0) + 1;
    }
  }
  client.destroy();
  return names;
};

const startRough = async (rough: boolean) => {
  const cloud = await smallCloud({ weather: createWeather({ rough, seed: 7 }) });
  open.push(cloud);
  return { cloud, TableName: await cloud.table('Orders') };
};

test('one write in twenty is refused as AWS refuses it, and leaves nothing', async () => {
  const { cloud, TableName } = await startRough(true);
  const client = cloud.client();
  const names = await refusals(client, 200, (n) =>
    client.send(new PutItemCommand({ TableName, Item: item(String(n)) })),
  );
  const refused = Object.values(names).reduce((sum, times) => sum + times, 0);
  expect(Object.keys(names).sort()).toEqual([
    'ProvisionedThroughputExceededException',
    'ThrottlingException',
    'TransactionConflictException',
  ]);
  expect(refused).toBeGreaterThan(3);
  expect(refused).toBeLessThan(25);
  expect(cloud.dynamodb.read(TableName, 0, 1000)).toHaveLength(200 - refused);
});

test('a transaction that meets another one says which action did', async () => {
  const { cloud, TableName } = await startRough(true);
  const client = cloud.client();
  const seen: unknown[] = [];
  await refusals(client, 100, async (n) => {
    const items = [0, 1, 2].map((part) => ({ Put: { TableName, Item: item(`${n}-${part}`) } }));
    await client.send(new TransactWriteItemsCommand({ TransactItems: items })).catch((error: unknown) => {
      if (error instanceof Error && 'CancellationReasons' in error) seen.push(error.CancellationReasons);
    });
  });
  expect(seen.length).toBeGreaterThan(2);
  for (const reasons of seen) {
    const codes = Array.isArray(reasons) ? reasons.map((reason: { Code: string }) => reason.Code).sort() : [];
    expect(codes).toEqual(['None', 'None', 'TransactionConflict']);
  }
});

test('a batch sometimes comes back in part', async () => {
  const { cloud, TableName } = await startRough(true);
  const client = cloud.client();
  let left = 0;
  for (let n = 0; n < 100; n += 1) {
    const requests = [0, 1].map((part) => ({ PutRequest: { Item: item(`${n}-${part}`) } }));
    const { UnprocessedItems } = await client.send(
      new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }),
    );
    left += UnprocessedItems?.[TableName]?.length ?? 0;
  }
  expect(left).toBeGreaterThan(0);
  expect(cloud.dynamodb.read(TableName, 0, 1000)).toHaveLength(200 - left);
});

test('calm weather refuses nothing, and has no copies', async () => {
  const { cloud, TableName } = await startRough(false);
  const client = cloud.client();
  expect(
    await refusals(client, 100, (n) => client.send(new PutItemCommand({ TableName, Item: item(String(n)) }))),
  ).toEqual({});
});
