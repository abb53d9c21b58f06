import { describe, expect, it } from 'vitest';
import { systemDb, tenantDb, wholeDb } from '../../lib/runtime/db.ts';
import { toWire } from '../../lib/runtime/db-wire.ts';
import { tenantId } from '../../lib/runtime/tenant.ts';
import { Crash, crashingAt } from '../fixtures/crashing-calls.ts';
import { memoryTable } from '../fixtures/memory-table.ts';
import { DUE, memoryTableContract } from './contract.ts';

memoryTableContract('the memory table', async () => memoryTable({ systemIndexes: [DUE] }));

describe('the memory table', () => {
  it('shows changes in an index as late as it is told, in their order', async () => {
    const lags = [0, 3, 0];
    const { client, name } = memoryTable({ systemIndexes: [DUE], lag: () => lags.shift() ?? 0 });
    for (const sk of ['1', '2', '3'])
      await client.call('PutItem', { TableName: name, Item: toWire({ pk: 'p', sk, duePk: 'x', dueSk: sk }) });
    const seen = async () => {
      const { Count } = await client.call('Query', {
        TableName: name,
        IndexName: 'due',
        KeyConditionExpression: 'duePk = :p',
        ExpressionAttributeValues: toWire({ ':p': 'x' }),
      });
      return Count;
    };
    expect([await seen(), await seen(), await seen()]).toEqual([1, 3, 3]);
  });

  it('refuses by name what it has not', async () => {
    const { client, name } = memoryTable();
    const key = toWire({ pk: 'p', sk: 's' });
    await expect(client.call('GetItem', { TableName: name, Key: key, ProjectionExpression: 'a' })).rejects.toThrow(
      'no parameter ProjectionExpression of GetItem',
    );
    await expect(client.call('GetItem', { TableName: 'other', Key: key })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(client.call('PutItem', { TableName: name, Item: toWire({ pk: 'p', sk: '' }) })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  it('is opened by stores as any table', async () => {
    const { client, name, items } = memoryTable();
    const tenant = tenantId.derive('shop');
    const db = tenantDb(client, name)(tenant);
    await db.put({ pk: 'p', sk: 's', a: 1 }, { expression: 'attribute_not_exists(pk)' });
    await expect(db.put({ pk: 'p', sk: 's' }, { expression: 'attribute_not_exists(pk)' })).rejects.toMatchObject({
      name: 'ConditionFailed',
      item: { pk: 'p', sk: 's', a: 1 },
    });
    expect(items()).toEqual([{ pk: `t#${tenant}#p`, sk: 's', a: 1 }]);
    await systemDb(client, name).put({ pk: 'p', sk: 's', b: 1 });
    const whole = wholeDb(client, name);
    expect(await whole.batchGet([`t#${tenant}#p`, 's#p'].map((pk) => ({ pk, sk: 's' })))).toEqual([
      { pk: `t#${tenant}#p`, sk: 's', a: 1 },
      { pk: 's#p', sk: 's', b: 1 },
    ]);
  });
});

describe('a process that ends at a call', () => {
  const writes = async (at: number) => {
    const { client, name, items } = memoryTable();
    const crashing = crashingAt(client, at);
    const db = systemDb(crashing.client, name);
    const work = async () => {
      for (const sk of ['1', '2']) await db.put({ pk: 'p', sk });
    };
    const ended = await work().then(
      () => 'done',
      (error: unknown) => (error instanceof Crash ? 'crashed' : String(error)),
    );
    return [ended, items().length, crashing.moments()];
  };

  it('does so before the call, or after its effect', async () => {
    expect(await Promise.all([0, 1, 2, 3, 4].map(writes))).toEqual([
      ['crashed', 0, 1],
      ['crashed', 1, 2],
      ['crashed', 1, 3],
      ['crashed', 2, 4],
      ['done', 2, 4],
    ]);
  });
});
