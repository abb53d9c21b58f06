import { beforeEach, describe, expect, it } from 'vitest';
import {
  ACTOR,
  AT,
  countsOf,
  type InventoryStores,
  LATER,
  ledgerOf,
  linesOf,
  MAIN,
  orderOf,
  SECOND,
  stocked,
  tenantA,
  tenantB,
  variantOf,
  withSecondLocation,
} from './fixtures.ts';

/** What the stores promise about reservations. */
export const reservationContract = (makeStores: () => Promise<InventoryStores>): void => {
  let stores: InventoryStores;
  beforeEach(async () => {
    stores = await makeStores();
  });
  type Quantities = (readonly [name: string, quantity: number])[];
  const reserve = (order: string, ...quantities: Quantities) =>
    stores.reservations.reserve(tenantA, { orderId: orderOf(order), lines: linesOf(...quantities), at: AT });
  const release = (order: string, restock = true) =>
    stores.reservations.release(tenantA, { orderId: orderOf(order), at: LATER, actor: ACTOR, restock });
  const ship = (order: string) =>
    stores.reservations.ship(tenantA, { orderId: orderOf(order), at: LATER, actor: ACTOR });
  const commit = (order: string) => stores.reservations.commit(tenantA, orderOf(order), LATER);
  const counts = (name: string) => countsOf(stores.stock, name);
  const many = (count: number): Quantities => Array.from({ length: count }, (_, index) => [`v${index}`, 1]);

  describe('reserving', () => {
    it('takes each line from what is available', async () => {
      await stocked(stores.stock, [
        ['a', 5],
        ['b', 5],
      ]);
      expect(await reserve('1', ['a', 2], ['b', 5])).toEqual({ status: 'reserved' });
      expect(await counts('a')).toEqual({ available: 3, reserved: 2, shipped: 0 });
      expect(await counts('b')).toEqual({ available: 0, reserved: 5, shipped: 0 });
      expect(await stores.reservations.find(tenantA, orderOf('1'))).toEqual({
        orderId: orderOf('1'),
        state: 'held',
        lines: [
          { variantId: variantOf('a'), quantity: 2, from: [{ locationId: MAIN, quantity: 2 }] },
          { variantId: variantOf('b'), quantity: 5, from: [{ locationId: MAIN, quantity: 5 }] },
        ],
        createdAt: AT,
        updatedAt: AT,
      });
      expect(await stores.reservations.find(tenantB, orderOf('1'))).toBeUndefined();
    });
    it('happens once per order', async () => {
      await stocked(stores.stock, [['a', 5]]);
      for (const _again of [1, 2]) expect(await reserve('1', ['a', 2])).toEqual({ status: 'reserved' });
      await Promise.all([reserve('2', ['a', 1]), reserve('2', ['a', 1])]);
      expect(await counts('a')).toMatchObject({ available: 2, reserved: 3 });
    });
    it('takes nothing when one line is short, and names all that are', async () => {
      await stocked(stores.stock, [
        ['a', 5],
        ['b', 1],
      ]);
      expect(await reserve('1', ['a', 2], ['b', 2], ['none', 1])).toEqual({
        status: 'out_of_stock',
        lines: [
          { variantId: variantOf('b'), requested: 2, available: 1 },
          { variantId: variantOf('none'), requested: 1, available: 0 },
        ],
      });
      expect(await counts('a')).toMatchObject({ available: 5, reserved: 0 });
      expect(await stores.reservations.find(tenantA, orderOf('1'))).toBeUndefined();
    });
    it('can be tried again when there is stock again', async () => {
      await stocked(stores.stock, [['a', 1]]);
      await reserve('1', ['a', 1]);
      expect(await reserve('2', ['a', 1])).toMatchObject({ status: 'out_of_stock' });
      await release('1');
      expect(await reserve('2', ['a', 1])).toEqual({ status: 'reserved' });
    });
    it('counts nothing for what is not tracked, and goes below zero for what may be back-ordered', async () => {
      const settings = { tracked: true, policy: 'deny' as const, quantity: 1 };
      const line = (name: string, facts: object) => ({ variantId: variantOf(name), ...settings, ...facts });
      const lines = [line('free', { tracked: false }), line('back', { policy: 'continue' })];
      await stores.stock.applyImport(tenantA, { source: 'i', lines, traceId: 't', at: AT });
      expect(await reserve('1', ['free', 100], ['back', 100])).toEqual({ status: 'reserved' });
      expect(await counts('free')).toMatchObject({ available: 1, reserved: 0 });
      expect(await counts('back')).toMatchObject({ available: -99, reserved: 100 });
      await release('1');
      expect(await counts('back')).toMatchObject({ available: 1, reserved: 0 });
    });
    it('sells exactly 50 of 50 to 200 shoppers at the same moment', async () => {
      await stocked(stores.stock, [
        ['a', 50],
        ['b', 1000],
      ]);
      const outcomes = await Promise.all(
        Array.from({ length: 200 }, (_, index) => reserve(`s${index}`, ['a', 1], ['b', 1])),
      );
      expect(outcomes.filter(({ status }) => status === 'reserved')).toHaveLength(50);
      expect(outcomes.filter(({ status }) => status === 'out_of_stock')).toHaveLength(150);
      expect(await counts('a')).toEqual({ available: 0, reserved: 50, shipped: 0 });
      expect(await counts('b')).toEqual({ available: 950, reserved: 50, shipped: 0 });
    });
    it('sells the last piece of stock that lies in many buckets', async () => {
      await stocked(stores.stock, [['a', 500]]);
      const outcomes = [];
      for (let index = 0; index < 36; index += 1) outcomes.push(await reserve(`s${index}`, ['a', 14]));
      expect(outcomes.filter(({ status }) => status === 'reserved')).toHaveLength(35);
      expect(outcomes.at(-1)).toEqual({
        status: 'out_of_stock',
        lines: [{ variantId: variantOf('a'), requested: 14, available: 10 }],
      });
      expect(await reserve('last', ['a', 10])).toEqual({ status: 'reserved' });
      expect(await counts('a')).toEqual({ available: 0, reserved: 500, shipped: 0 });
    });
  });

  describe('several locations', () => {
    it('the one with the lower number first, the other when it has not enough, both when none has', async () => {
      await withSecondLocation(stores.locations);
      await stocked(stores.stock, [
        ['a', 5],
        ['a', 8, SECOND],
      ]);
      const from = async (order: string) => (await stores.reservations.find(tenantA, orderOf(order)))?.lines[0]?.from;
      await reserve('1', ['a', 3]);
      expect(await from('1')).toEqual([{ locationId: MAIN, quantity: 3 }]);
      await reserve('2', ['a', 4]);
      expect(await from('2')).toEqual([{ locationId: SECOND, quantity: 4 }]);
      await reserve('3', ['a', 6]);
      expect(await from('3')).toEqual([
        { locationId: MAIN, quantity: 2 },
        { locationId: SECOND, quantity: 4 },
      ]);
      expect(await counts('a')).toEqual({ available: 0, reserved: 13, shipped: 0 });
      await release('3');
      expect(await counts('a')).toEqual({ available: 6, reserved: 7, shipped: 0 });
    });
    it('a new location in front of the first is drawn from first', async () => {
      await stocked(stores.stock, [['a', 5]]);
      await stores.locations.change(tenantA, (all) => ({
        locations: all.map((location) => ({ ...location, priority: 50 })),
        result: undefined,
      }));
      await withSecondLocation(stores.locations, 10);
      await stocked(stores.stock, [
        ['a', 5, SECOND],
        ['b', 1],
      ]);
      await reserve('warm', ['a', 6]);
      await release('warm');
      await reserve('1', ['a', 1]);
      const found = await stores.reservations.find(tenantA, orderOf('1'));
      expect(found?.lines[0]?.from).toEqual([{ locationId: SECOND, quantity: 1 }]);
    });
  });

  describe('orders of many lines', () => {
    for (const size of [1, 98, 99, 100, 101, 500]) {
      it(`${size} lines are reserved, and released, as one`, async () => {
        await stocked(
          stores.stock,
          many(size).map(([name]) => [name, 2] as const),
        );
        for (const _again of [1, 2]) expect(await reserve('1', ...many(size))).toEqual({ status: 'reserved' });
        const found = await stores.reservations.find(tenantA, orderOf('1'));
        expect(found?.lines.map(({ variantId }) => variantId)).toEqual(many(size).map(([name]) => variantOf(name)));
        const names = [...new Set(['v0', `v${Math.floor(size / 2)}`, `v${size - 1}`])];
        for (const name of names) expect(await counts(name)).toEqual({ available: 1, reserved: 1, shipped: 0 });
        for (const _again of [1, 2]) await release('1');
        const levels = await stores.stock.levels(
          tenantA,
          many(size).map(([name]) => variantOf(name)),
          { consistent: true },
        );
        expect(levels.every(({ levels: [level] }) => level?.available === 2 && level.reserved === 0)).toBe(true);
      });
      it(`${size} lines of which the last is out of stock leave nothing behind`, async () => {
        await stocked(
          stores.stock,
          many(size)
            .slice(0, -1)
            .map(([name]) => [name, 2] as const),
        );
        const last = variantOf(`v${size - 1}`);
        const short = { status: 'out_of_stock', lines: [{ variantId: last, requested: 1, available: 0 }] };
        for (const _again of [1, 2]) expect(await reserve('1', ...many(size))).toEqual(short);
        const levels = await stores.stock.levels(
          tenantA,
          many(size).map(([name]) => variantOf(name)),
          { consistent: true },
        );
        expect(levels.every(({ levels: [level] }) => level?.available === 2 && level.reserved === 0)).toBe(true);
      });
    }
  });

  describe('what becomes of a reservation', () => {
    beforeEach(async () => {
      await stocked(stores.stock, [['a', 10]]);
    });
    const state = async (order: string) => (await stores.reservations.find(tenantA, orderOf(order)))?.state;

    it('released: all is available again, once', async () => {
      await reserve('1', ['a', 4]);
      for (const _again of [1, 2]) await release('1');
      expect(await counts('a')).toEqual({ available: 10, reserved: 0, shipped: 0 });
      expect(await state('1')).toBe('released');
    });
    it('released before it was made: it never will be', async () => {
      for (const _again of [1, 2]) await release('1');
      expect(await reserve('1', ['a', 4])).toEqual({ status: 'closed' });
      await reserve('2', ['a', 4]);
      await release('2');
      expect(await reserve('2', ['a', 4])).toEqual({ status: 'closed' });
      expect(await counts('a')).toEqual({ available: 10, reserved: 0, shipped: 0 });
    });
    it('reserved and released at the same moment: nothing is held in the end', async () => {
      const orders = Array.from({ length: 10 }, (_, index) => `race${index}`);
      await Promise.all(orders.flatMap((order) => [reserve(order, ['a', 1]), release(order)]));
      await Promise.all(orders.map((order) => release(order)));
      expect(await counts('a')).toEqual({ available: 10, reserved: 0, shipped: 0 });
    });
    it('of 120 lines, reserved and released at the same moment: nothing is held in the end', async () => {
      await stocked(
        stores.stock,
        many(120).map(([name]) => [name, 9] as const),
      );
      const orders = ['one', 'two', 'three'];
      await Promise.all(orders.flatMap((order) => [reserve(order, ...many(120)), release(order)]));
      await Promise.all(orders.map((order) => release(order)));
      const ids = many(120).map(([name]) => variantOf(name));
      const levels = await stores.stock.levels(tenantA, ids, { consistent: true });
      expect(levels.every(({ levels: [level] }) => level?.available === 9 && level.reserved === 0)).toBe(true);
    });
    it('committed: it is still reserved, and can be given back or shipped', async () => {
      await reserve('1', ['a', 4]);
      for (const _again of [1, 2]) expect(await commit('1')).toBe('done');
      expect(await state('1')).toBe('committed');
      expect(await counts('a')).toEqual({ available: 6, reserved: 4, shipped: 0 });
      await release('1');
      expect(await commit('1')).toBe('done');
      expect(await state('1')).toBe('released');
      expect(await counts('a')).toEqual({ available: 10, reserved: 0, shipped: 0 });
    });
    it('shipped: it has left, once, and stays so', async () => {
      await reserve('1', ['a', 4]);
      await commit('1');
      for (const _again of [1, 2]) expect(await ship('1')).toBe('done');
      await release('1');
      await commit('1');
      expect(await state('1')).toBe('shipped');
      expect(await counts('a')).toEqual({ available: 6, reserved: 0, shipped: 4 });
      expect(await ledgerOf(stores.stock, 'a')).toBe(6);
    });
    it('cancelled without restocking: it is written off, once', async () => {
      await reserve('1', ['a', 4]);
      for (const _again of [1, 2]) await release('1', false);
      expect(await counts('a')).toEqual({ available: 6, reserved: 0, shipped: 0 });
      expect(await ledgerOf(stores.stock, 'a')).toBe(6);
    });
    it('committing or shipping what was never reserved is said', async () => {
      expect(await commit('none')).toBe('missing');
      expect(await ship('none')).toBe('missing');
      await release('1');
      expect(await ship('1')).toBe('done');
      expect(await state('1')).toBe('released');
    });
    it('of 120 lines is shipped, or written off, as one', async () => {
      await stocked(
        stores.stock,
        many(120).map(([name]) => [name, 3] as const),
      );
      await reserve('big', ...many(120));
      await commit('big');
      await ship('big');
      await reserve('gone', ...many(120));
      await release('gone', false);
      for (const name of ['v0', 'v60', 'v119']) {
        expect(await counts(name)).toEqual({ available: 1, reserved: 0, shipped: 1 });
        expect(await ledgerOf(stores.stock, name)).toBe(1);
      }
    });
  });
};
