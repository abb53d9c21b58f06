import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, test } from 'vitest';
import type { Clock } from '../../../lib/local/clock.ts';
import { smallCloud } from './cloud.ts';
import type { SmallCloud } from './cloud.ts';

const open: SmallCloud[] = [];
afterEach(async () => {
  for (const cloud of open.splice(0)) await cloud.stop();
});

const NOW = 1_800_000_000;
/** Time stands still, and nothing is ever due. */
const clock: Clock = { now: () => NOW * 1000, after: () => () => undefined };

const start = async () => {
  const cloud = await smallCloud({ clock });
  open.push(cloud);
  const TableName = await cloud.table('Carts');
  const put = (sk: string, expiresAt: unknown) =>
    cloud.client().send(
      new PutItemCommand({
        TableName,
        Item: {
          pk: { S: 't#1' },
          sk: { S: sk },
          ...(expiresAt === undefined ? {} : { expiresAt: { N: String(expiresAt) } }),
        },
      }),
    );
  const has = async (sk: string) =>
    (await cloud.client().send(new GetItemCommand({ TableName, Key: { pk: { S: 't#1' }, sk: { S: sk } } }))).Item !==
    undefined;
  return { cloud, TableName, put, has };
};

test('what has expired is deleted, by TTL; everything else stays', async () => {
  const { cloud, TableName, put, has } = await start();
  await put('expired', NOW - 1);
  await put('fresh', NOW + 1);
  await put('endless', undefined);
  await put('a mistake of milliseconds', NOW * 1000);
  await put('older than five years', NOW - 6 * 365 * 86_400);
  const position = cloud.dynamodb.latest(TableName);
  expect(await cloud.dynamodb.sweepExpired()).toBe(1);
  expect(
    await Promise.all(['expired', 'fresh', 'endless', 'a mistake of milliseconds', 'older than five years'].map(has)),
  ).toEqual([false, true, true, true, true]);
  expect(cloud.dynamodb.read(TableName, position, 10)).toMatchObject([
    { eventName: 'REMOVE', expired: true, keys: { sk: { S: 'expired' } } },
  ]);
});

test('a deletion by a caller is not the work of TTL', async () => {
  const { cloud, TableName, put } = await start();
  await put('mine', NOW - 1);
  await cloud.dynamodb.service.call(
    'DeleteItem',
    { TableName, Key: { pk: { S: 't#1' }, sk: { S: 'mine' } } },
    { kind: 'root', arn: 'x' },
  );
  expect(await cloud.dynamodb.sweepExpired()).toBe(0);
  const removal = cloud.dynamodb.read(TableName, 0, 10).at(-1);
  expect([removal?.eventName, removal?.expired]).toEqual(['REMOVE', undefined]);
});

test('many expired items go in several steps', async () => {
  const { cloud, put } = await start();
  for (let n = 0; n < 60; n += 1) await put(String(n), NOW - 1);
  const steps: number[] = [];
  for (let step = 0; step < 4; step += 1) steps.push(await cloud.dynamodb.sweepExpired());
  expect(steps).toEqual([25, 25, 10, 0]);
});
