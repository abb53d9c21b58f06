import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { engineBinary } from '../../../lib/local/dynamodb/engine-process.ts';
import { smallCloud, tableProperties } from './cloud.ts';

const alive = (pid: number): boolean => existsSync(`/proc/${pid}`);

const gone = async (pid: number): Promise<void> => {
  while (alive(pid)) await new Promise((resolve) => setImmediate(resolve));
};

const PARENT = `
import { startEngine } from ${JSON.stringify(fileURLToPath(new URL('../../../lib/local/dynamodb/engine-process.ts', import.meta.url)))};
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
const engine = await startEngine(mkdtempSync(tmpdir() + '/engine-') + '/dynamodb.db', () => undefined);
console.log(engine.pid);
setInterval(() => undefined, 1000);
`;

test('the engine ends when its parent is killed', async () => {
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '--eval', PARENT], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = await new Promise<number>((resolve) =>
    parent.stdout.once('data', (line: Buffer) => resolve(Number(line))),
  );
  expect(alive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await gone(pid);
  expect(alive(pid)).toBe(false);
});

test('the engine ends with its cloud', async () => {
  const cloud = await smallCloud();
  const pids = cloud.dynamodb.enginePids();
  expect(pids.map(alive)).toEqual([true, true]);
  await cloud.stop();
  expect(pids.map(alive)).toEqual([false, false]);
});

test('what was acknowledged is there after a restart, with a changed set of indexes', async () => {
  const first = await smallCloud();
  const TableName = await first.table('Orders');
  const Item = { pk: { S: 't#1' }, sk: { S: 'a' }, gsi1pk: { S: 'g' }, gsi1sk: { S: '1' }, gsi2pk: { S: 'h' } };
  await first.client().send(new PutItemCommand({ TableName, Item }));
  await first.stop('keep');
  const again = await smallCloud({ stateDir: first.stateDir });
  const keys = [{ AttributeName: 'gsi2pk', KeyType: 'HASH' }];
  await again.table('Orders', {
    ...tableProperties,
    AttributeDefinitions: [...tableProperties.AttributeDefinitions, { AttributeName: 'gsi2pk', AttributeType: 'S' }],
    GlobalSecondaryIndexes: [{ IndexName: 'gsi2', KeySchema: keys, Projection: { ProjectionType: 'ALL' } }],
  });
  const root = { kind: 'root', arn: 'x' } as const;
  expect(
    (await again.client().send(new GetItemCommand({ TableName, Key: { pk: { S: 't#1' }, sk: { S: 'a' } } }))).Item,
  ).toEqual(Item);
  const query = (IndexName: string, name: string, value: string) =>
    again.dynamodb.service.call(
      'Query',
      {
        TableName,
        IndexName,
        KeyConditionExpression: `${name} = :v`,
        ExpressionAttributeValues: { ':v': { S: value } },
      },
      root,
    );
  expect(await query('gsi2', 'gsi2pk', 'h')).toMatchObject({ Count: 1 });
  await expect(query('gsi1', 'gsi1pk', 'g')).rejects.toMatchObject({ code: 'ValidationException' });
  await again.stop();
});

test('a changed key of an existing table is an error that says what to do', async () => {
  const cloud = await smallCloud();
  await cloud.table('Orders');
  const changed = { ...tableProperties, KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }] };
  await expect(cloud.table('Orders', changed)).rejects.toThrow(/shop\/Orders.Properties.KeySchema.*--fresh/);
  await cloud.stop();
});

test('an unknown property is an error with its path', async () => {
  const cloud = await smallCloud();
  await expect(cloud.table('Orders', { ...tableProperties, ImportSourceSpecification: {} })).rejects.toThrow(
    'shop/Orders.Properties.ImportSourceSpecification',
  );
  await cloud.stop();
});

test('a platform without an engine is told the one command that adds it, and the other way', () => {
  expect(() => engineBinary('plan9-mips')).toThrow(
    'There is no DynamoDB engine for this platform yet. Either run "npm install --no-save @dynoxide/plan9-mips@1.2.1", or give the URL of any DynamoDB-compatible endpoint',
  );
});
