import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dynamoLocations } from '../../functions/inventory/dynamo-location-store.ts';
import { dynamoReservations } from '../../functions/inventory/dynamo-reservation-store.ts';
import { dynamoStock } from '../../functions/inventory/dynamo-stock-store.ts';
import { relayout } from '../../functions/inventory/relayout.ts';
import { readSnapshots } from '../../functions/inventory/snapshots.ts';
import { AwsServiceError } from '../../lib/runtime/clients/aws-client.ts';
import type { DynamoDb } from '../../lib/runtime/clients/dynamodb.ts';
import { tenantDb } from '../../lib/runtime/db.ts';
import { startTestEngine, type TestEngine } from '../fixtures/engine.ts';
import {
  adjustmentOf,
  AT,
  countsOf,
  type InventoryStores,
  linesOf,
  MAIN,
  orderOf,
  stocked,
  tenantA,
  variantOf,
} from './fixtures.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => engine.stop());

/** The engine behind a client that notes its calls, and whose transactions meet others as often as it is told. */
const watched = (table: string) => {
  const calls: { readonly name: string; readonly actions: number }[] = [];
  let conflicts = 0;
  let meanwhile: () => Promise<void> = async () => undefined;
  const before = new Map<string, () => Promise<void>>();
  const client: DynamoDb = {
    destroy: () => undefined,
    call: async (name, input) => {
      calls.push({ name, actions: 'TransactItems' in input ? (input.TransactItems?.length ?? 0) : 1 });
      await before.get(`${name} ${calls.filter((call) => call.name === name).length}`)?.();
      if (name === 'TransactWriteItems' && conflicts > 0) {
        conflicts -= 1;
        await meanwhile();
        const body = { CancellationReasons: [{ Code: 'TransactionConflict' }] };
        throw new AwsServiceError('TransactionCanceledException', 'conflict', 400, body);
      }
      return engine.client.call(name, input);
    },
  };
  const db = tenantDb(client, table);
  return {
    db,
    calls,
    reservations: dynamoReservations(db, dynamoLocations(db)),
    /** Does this right before a call, named with its number: `TransactWriteItems 1` is the first transaction. */
    before: (call: string, work: () => Promise<void>) => void before.set(call, work),
    meet: (times: number, meeting: () => Promise<void> = async () => undefined) => {
      conflicts = times;
      meanwhile = meeting;
    },
  };
};

let table: string;
let stores: InventoryStores;
beforeEach(async () => {
  table = await engine.newTable();
  const db = tenantDb(engine.client, table);
  const locations = dynamoLocations(db);
  stores = { locations, stock: dynamoStock(db), reservations: dynamoReservations(db, locations) };
});
const order = (id: string, ...quantities: (readonly [string, number])[]) => ({
  orderId: orderOf(id),
  lines: linesOf(...quantities),
  at: AT,
});
const bucketsOf = async (name: string) => {
  const found = await readSnapshots(tenantDb(engine.client, table)(tenantA), MAIN, [variantOf(name)], {
    consistent: true,
  });
  return found.get(variantOf(name))?.buckets ?? [];
};

describe('what an order costs', () => {
  it('two lines: one transaction of three small writes, and no read, also for the first order of all', async () => {
    await stocked(stores.stock, [
      ['a', 5],
      ['b', 5],
    ]);
    const { reservations, calls } = watched(table);
    await reservations.reserve(tenantA, order('1', ['a', 1], ['b', 2]));
    expect(calls).toEqual([{ name: 'TransactWriteItems', actions: 3 }]);
    const { Items = [] } = await engine.sdk.send(new ScanCommand({ TableName: table }));
    const touched = Items.map((item) => unmarshall(item)).filter(
      ({ sk }) => sk === 'item' || String(sk).startsWith('lines#'),
    );
    expect(touched).toHaveLength(3);
    for (const item of touched) expect(JSON.stringify(item).length).toBeLessThan(1024);
  });
  it('confirming it: one small write', async () => {
    await stocked(stores.stock, [['a', 5]]);
    const { reservations, calls } = watched(table);
    await reservations.reserve(tenantA, order('1', ['a', 1]));
    await reservations.commit(tenantA, orderOf('1'), AT);
    expect(calls.slice(1)).toEqual([{ name: 'UpdateItem', actions: 1 }]);
  });
  it('what is not tracked: nothing but the reservation, once that is known', async () => {
    const line = { variantId: variantOf('a'), tracked: false, policy: 'deny' as const, quantity: null };
    await stores.stock.applyImport(tenantA, { source: 'i', lines: [line], traceId: 't', at: AT });
    const { reservations, calls } = watched(table);
    await reservations.reserve(tenantA, order('1', ['a', 1]));
    calls.length = 0;
    await reservations.reserve(tenantA, order('2', ['a', 1]));
    expect(calls).toEqual([{ name: 'TransactWriteItems', actions: 1 }]);
  });
  it('the last piece gone: refused without any read, by what the refused write answered with', async () => {
    await stocked(stores.stock, [['a', 1]]);
    const { reservations, calls } = watched(table);
    await reservations.reserve(tenantA, order('1', ['a', 1]));
    calls.length = 0;
    expect(await reservations.reserve(tenantA, order('2', ['a', 1]))).toMatchObject({ status: 'out_of_stock' });
    expect(calls).toEqual([{ name: 'TransactWriteItems', actions: 2 }]);
  });
});

describe('orders that meet on an item', () => {
  it('are tried again', async () => {
    await stocked(stores.stock, [['a', 5]]);
    const { reservations, meet } = watched(table);
    meet(3);
    expect(await reservations.reserve(tenantA, order('1', ['a', 1]))).toEqual({ status: 'reserved' });
    expect(await countsOf(stores.stock, 'a')).toMatchObject({ available: 4, reserved: 1 });
  });
  it('are refused as soon as it is certain, not after all tries', async () => {
    await stocked(stores.stock, [['a', 1]]);
    const { reservations, meet, calls } = watched(table);
    meet(1000, async () => {
      await stores.reservations.reserve(tenantA, order('faster', ['a', 1]));
    });
    expect(await reservations.reserve(tenantA, order('1', ['a', 1]))).toEqual({
      status: 'out_of_stock',
      lines: [{ variantId: variantOf('a'), requested: 1, available: 0 }],
    });
    expect(calls.filter(({ name }) => name === 'TransactWriteItems')).toHaveLength(1);
  });
  it('on much stock that an import brought split it', async () => {
    const line = { variantId: variantOf('a'), tracked: true, policy: 'deny' as const, quantity: 500 };
    await stores.stock.applyImport(tenantA, { source: 'i', lines: [line], traceId: 't', at: AT });
    expect(await bucketsOf('a')).toHaveLength(1);
    const { reservations, meet } = watched(table);
    meet(1);
    expect(await reservations.reserve(tenantA, order('1', ['a', 1]))).toEqual({ status: 'reserved' });
    expect(await bucketsOf('a')).toHaveLength(10);
    expect(await countsOf(stores.stock, 'a')).toMatchObject({ available: 499, reserved: 1 });
  });
});

describe('a reservation of several chunks that is released meanwhile', () => {
  const lines = Array.from({ length: 120 }, (_, index) => [`v${index}`, 1] as const);
  const settlement = { orderId: orderOf('1'), at: AT, actor: { type: 'system' as const, id: 's' }, restock: true };
  const nothingIsHeld = async () => {
    const ids = lines.map(([name]) => variantOf(name));
    const found = await stores.stock.levels(tenantA, ids, { consistent: true });
    expect(found).toHaveLength(120);
    for (const { levels } of found) expect(levels).toMatchObject([{ available: 5, reserved: 0 }]);
  };
  beforeEach(() =>
    stocked(
      stores.stock,
      lines.map(([name]) => [name, 5]),
    ),
  );

  it('gets no further chunk', async () => {
    const { reservations, before } = watched(table);
    before('TransactWriteItems 2', () => stores.reservations.release(tenantA, settlement));
    expect(await reservations.reserve(tenantA, order('1', ...lines))).toEqual({ status: 'closed' });
    await nothingIsHeld();
  });
  it('loses also the chunk that came between the look at it and its end', async () => {
    const maker = watched(table);
    const ender = watched(table);
    const looked = Promise.withResolvers<void>();
    const made = Promise.withResolvers<void>();
    let ended: Promise<void> | undefined;
    ender.before('TransactWriteItems 1', () => {
      looked.resolve();
      return made.promise;
    });
    maker.before('TransactWriteItems 2', () => {
      ended = ender.reservations.release(tenantA, settlement);
      return looked.promise;
    });
    expect(await maker.reservations.reserve(tenantA, order('1', ...lines))).toEqual({ status: 'reserved' });
    made.resolve();
    await ended;
    await nothingIsHeld();
  });
  it('is ended by a second try where the first one stopped', async () => {
    await stores.reservations.reserve(tenantA, order('1', ...lines));
    const { reservations, before } = watched(table);
    before('TransactWriteItems 2', () => Promise.reject(new Error('the function died')));
    await expect(reservations.release(tenantA, settlement)).rejects.toThrow('died');
    await stores.reservations.release(tenantA, settlement);
    await nothingIsHeld();
  });
  it('is finished by a second try of making it where the first one stopped', async () => {
    const { reservations, before } = watched(table);
    before('TransactWriteItems 2', () => Promise.reject(new Error('the function died')));
    await expect(reservations.reserve(tenantA, order('1', ...lines))).rejects.toThrow('died');
    expect(await stores.reservations.reserve(tenantA, order('1', ...lines))).toEqual({ status: 'reserved' });
    expect(await countsOf(stores.stock, 'v0')).toMatchObject({ available: 4, reserved: 1 });
    expect(await countsOf(stores.stock, 'v119')).toMatchObject({ available: 4, reserved: 1 });
  });
});

describe('buckets', () => {
  it('hold the stock evenly, one for each 50 pieces and 64 at most', async () => {
    await stocked(stores.stock, [
      ['a', 99],
      ['b', 120],
      ['c', 100_000],
    ]);
    expect((await bucketsOf('a')).map(({ available }) => available)).toEqual([99]);
    expect((await bucketsOf('b')).map(({ available }) => available)).toEqual([60, 60]);
    const large = await bucketsOf('c');
    expect(large).toHaveLength(64);
    expect(new Set(large.map(({ available }) => available))).toEqual(new Set([1562, 1563]));
  });
  it('are used by different orders', async () => {
    await stocked(stores.stock, [['a', 1000]]);
    const { reservations, calls } = watched(table);
    for (let index = 0; index < 40; index += 1) await reservations.reserve(tenantA, order(`o${index}`, ['a', 1]));
    const used = (await bucketsOf('a')).filter(({ reserved }) => reserved > 0);
    expect(used.length).toBeGreaterThan(10);
    expect(calls.filter(({ name }) => name === 'TransactWriteItems').length).toBeLessThan(45);
  });
  it('are merged when little is left, and give back what was taken from one that is gone', async () => {
    await stocked(stores.stock, [['a', 200]]);
    await stores.reservations.reserve(tenantA, order('early', ['a', 3]));
    await stores.reservations.reserve(tenantA, order('much', ['a', 150]));
    expect(await bucketsOf('a')).toHaveLength(1);
    await stores.reservations.release(tenantA, {
      orderId: orderOf('early'),
      at: AT,
      actor: { type: 'system', id: 's' },
      restock: true,
    });
    expect(await countsOf(stores.stock, 'a')).toEqual({ available: 50, reserved: 150, shipped: 0 });
  });
  it('are not moved by what was read before somebody took from them', async () => {
    const line = { variantId: variantOf('a'), tracked: true, policy: 'deny' as const, quantity: 500 };
    await stores.stock.applyImport(tenantA, { source: 'i', lines: [line], traceId: 't', at: AT });
    const db = tenantDb(engine.client, table)(tenantA);
    const before = (await readSnapshots(db, MAIN, [variantOf('a')], { consistent: true })).get(variantOf('a'));
    await stores.reservations.reserve(tenantA, order('1', ['a', 1]));
    expect(before !== undefined && (await relayout(db, MAIN, before, MAIN))).toBe(false);
    expect(await countsOf(stores.stock, 'a')).toEqual({ available: 499, reserved: 1, shipped: 0 });
  });
  it('are read again when they were merged between the look at their layout and at them', async () => {
    await stocked(stores.stock, [['a', 120]]);
    const { db, before } = watched(table);
    before('BatchGetItem 2', async () => {
      await stores.stock.adjust(tenantA, adjustmentOf('less', [['a', { setTo: 99 }]]));
    });
    const found = await readSnapshots(db(tenantA), MAIN, [variantOf('a')], { consistent: true });
    expect(found.get(variantOf('a'))?.buckets.map(({ available }) => available)).toEqual([99]);
  });
  it('are seen whole by those who read while they are split', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `v${index}`);
    const settings = { tracked: true, policy: 'deny' as const, quantity: 500 };
    const lines = names.map((name) => ({ variantId: variantOf(name), ...settings }));
    await stores.stock.applyImport(tenantA, { source: 'i', lines, traceId: 't', at: AT });
    const db = tenantDb(engine.client, table)(tenantA);
    const read = () => readSnapshots(db, MAIN, names.map(variantOf), { consistent: true });
    const before = await read();
    const sums = new Set<number>();
    const layouts = new Set<number>();
    const look = async () => {
      for (let round = 0; round < 10; round += 1) {
        for (const { buckets } of (await read()).values()) {
          sums.add(buckets.reduce((sum, { available }) => sum + available, 0));
          layouts.add(buckets.length);
        }
      }
    };
    const split = async () => {
      for (const snapshot of before.values()) await relayout(db, MAIN, snapshot, MAIN);
    };
    await Promise.all([look(), split()]);
    expect([...sums]).toEqual([500]);
    expect(layouts).toEqual(new Set([1, 10]));
  });
});
