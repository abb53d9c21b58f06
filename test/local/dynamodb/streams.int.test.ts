import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, expect, test } from 'vitest';
import { handClock, smallCloud } from './cloud.ts';
import type { SmallCloud } from './cloud.ts';

const open: SmallCloud[] = [];
const start = async (options: Parameters<typeof smallCloud>[0] = {}): Promise<SmallCloud> => {
  const cloud = await smallCloud(options);
  open.push(cloud);
  return cloud;
};
afterEach(async () => {
  for (const cloud of open.splice(0)) await cloud.stop();
});

const key = (sk: string) => ({ pk: { S: 't#1#a' }, sk: { S: sk } });

test('a stream has inserts, changes and removals with both images, oldest first', async () => {
  const cloud = await start();
  const TableName = await cloud.table('Orders');
  const client = cloud.client();
  await client.send(new PutItemCommand({ TableName, Item: { ...key('1'), n: { N: '1' } } }));
  await client.send(
    new UpdateItemCommand({
      TableName,
      Key: key('1'),
      UpdateExpression: 'SET n = :n',
      ExpressionAttributeValues: { ':n': { N: '2' } },
    }),
  );
  await client.send(new DeleteItemCommand({ TableName, Key: key('1') }));
  const records = cloud.dynamodb.read(TableName, 0, 10);
  expect(records).toMatchObject([
    { sequence: 1, eventName: 'INSERT', keys: key('1'), newImage: { ...key('1'), n: { N: '1' } } },
    { sequence: 2, eventName: 'MODIFY', oldImage: { n: { N: '1' } }, newImage: { n: { N: '2' } } },
    { sequence: 3, eventName: 'REMOVE', oldImage: { ...key('1'), n: { N: '2' } } },
  ]);
  expect(new Set(records.map((record) => record.eventID)).size).toBe(3);
  expect(cloud.dynamodb.read(TableName, 1, 1).map((record) => record.sequence)).toEqual([2]);
  expect(cloud.dynamodb.latest(TableName)).toBe(3);
});

test('a write that changes nothing is not in the stream, and does not hold its reader up', async () => {
  const cloud = await start();
  const TableName = await cloud.table('Orders');
  const client = cloud.client();
  const put = (n: string) =>
    client.send(new PutItemCommand({ TableName, Item: { ...key('1'), n: { N: n }, tags: { SS: ['x', 'y'] } } }));
  for (const n of ['1', '1', '1', '2']) await put(n);
  expect(cloud.dynamodb.read(TableName, 0, 1).map((record) => record.sequence)).toEqual([1]);
  expect(cloud.dynamodb.read(TableName, 1, 1).map((record) => record.sequence)).toEqual([4]);
});

test('each write of a transaction and of a batch is a record of its table', async () => {
  const cloud = await start();
  const [TableName, other] = [await cloud.table('Orders'), await cloud.table('Carts')];
  const client = cloud.client();
  await client.send(
    new TransactWriteItemsCommand({
      TransactItems: [{ Put: { TableName, Item: key('1') } }, { Put: { TableName: other, Item: key('2') } }],
    }),
  );
  await client.send(
    new BatchWriteItemCommand({
      RequestItems: { [TableName]: [{ PutRequest: { Item: key('3') } }, { DeleteRequest: { Key: key('nothing') } }] },
    }),
  );
  expect(cloud.dynamodb.read(TableName, 0, 10).map((record) => record.keys)).toEqual([key('1'), key('3')]);
  expect(cloud.dynamodb.read(other, 0, 10).map((record) => record.keys)).toEqual([key('2')]);
});

test('a reader is woken by writes to its table', async () => {
  const cloud = await start();
  const [TableName, other] = [await cloud.table('Orders'), await cloud.table('Carts')];
  const woken: string[] = [];
  const whenWoken = new Promise<void>((resolve) => {
    cloud.dynamodb.onWrite(other, () => void woken.push(other));
    cloud.dynamodb.onWrite(TableName, () => {
      woken.push(TableName);
      resolve();
    });
  });
  await cloud.client().send(new PutItemCommand({ TableName, Item: key('1') }));
  await whenWoken;
  expect(woken).toEqual([TableName]);
});

test('trimmed records are gone once nobody writes, but for the newest, and counting goes on after a restart', async () => {
  const clock = handClock();
  const cloud = await start({ clock });
  const TableName = await cloud.table('Orders');
  for (const sk of ['1', '2', '3']) await cloud.client().send(new PutItemCommand({ TableName, Item: key(sk) }));
  cloud.dynamodb.trim(TableName, 3);
  clock.run(500);
  expect(cloud.dynamodb.read(TableName, 0, 10).map((record) => record.sequence)).toEqual([1, 2, 3]);
  clock.run(500);
  expect(cloud.dynamodb.read(TableName, 0, 10).map((record) => record.sequence)).toEqual([3]);
  await cloud.stop('keep');
  open.length = 0;
  const again = await start({ stateDir: cloud.stateDir });
  await again.table('Orders');
  await again.client().send(new PutItemCommand({ TableName, Item: key('4') }));
  expect(again.dynamodb.read(TableName, 3, 10).map((record) => record.sequence)).toEqual([4]);
});

test('writing does not get slower as stream records pile up', async () => {
  const cloud = await start();
  const TableName = await cloud.table('Orders');
  const client = cloud.client();
  const engineSeconds = (): number => {
    const ticks = cloud.dynamodb.enginePids().map((pid) => {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ');
      return Number(fields[13]) + Number(fields[14]);
    });
    return Math.max(...ticks) / 100;
  };
  const write = async (name: string): Promise<number> => {
    const before = engineSeconds();
    for (let n = 0; n < 200; n += 1) await client.send(new PutItemCommand({ TableName, Item: key(`${name}${n}`) }));
    return engineSeconds() - before;
  };
  const early = await write('early');
  const files = readdirSync(cloud.stateDir).filter((file) => file.endsWith('.db'));
  const databases = files.map((file) => new DatabaseSync(join(cloud.stateDir, file)));
  const has = 'SELECT COUNT(*) AS records FROM _stream_records WHERE table_name = ?';
  const database = databases.find((one) => one.prepare(has).get(TableName)?.['records'] !== 0);
  if (database === undefined) throw new Error('No file has the stream');
  database.exec(`INSERT INTO _stream_records (table_name, event_name, keys_json, sequence_number, shard_id, created_at)
    WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 41000)
    SELECT '${TableName}', 'REMOVE', '{}', CAST(i AS TEXT), 'shard', 0 FROM n`);
  for (const one of databases) one.close();
  const late = await write('late');
  expect(cloud.dynamodb.latest(TableName)).toBe(41_200);
  // Without the index the engine reads all records at every write: about fifteen times as long.
  expect(late).toBeLessThan(Math.max(early, 0.1) * 3);
});
