import { beforeEach, describe, expect, it } from 'vitest';
import {
  AT,
  adjustmentOf,
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

/** What the stores of stock promise besides reservations. */
export const stockContract = (makeStores: () => Promise<InventoryStores>): void => {
  let stores: InventoryStores;
  beforeEach(async () => {
    stores = await makeStores();
  });

  describe('items', () => {
    it('begin with the defaults, once, for their tenant', async () => {
      const { stock } = stores;
      await stock.ensure(tenantA, variantOf('a'), AT);
      await stock.ensure(tenantA, variantOf('a'), LATER);
      expect(await stock.find(tenantA, variantOf('a'))).toEqual({
        variantId: variantOf('a'),
        tracked: true,
        policy: 'deny',
        version: 1,
        createdAt: AT,
        updatedAt: AT,
      });
      expect(await stock.find(tenantB, variantOf('a'))).toBeUndefined();
    });
    it('change at the version that was seen', async () => {
      const { stock } = stores;
      await stock.ensure(tenantA, variantOf('a'), AT);
      const item = await stock.find(tenantA, variantOf('a'));
      if (item === undefined) throw new Error('missing');
      const changed = await stock.change(tenantA, item, { policy: 'continue' }, LATER);
      expect(changed).toEqual({ ...item, policy: 'continue', version: 2, updatedAt: LATER });
      expect(await stock.change(tenantA, item, { tracked: false }, LATER)).toBeUndefined();
      expect(await stock.find(tenantA, variantOf('a'))).toEqual(changed);
    });
    it('are gone when their variant is, also when that is heard of before its creation', async () => {
      const { stock } = stores;
      await stock.ensure(tenantA, variantOf('a'), AT);
      for (const name of ['a', 'b']) {
        for (const _delivery of [1, 2]) await stock.retire(tenantA, variantOf(name), LATER);
        await stock.ensure(tenantA, variantOf(name), AT);
        expect(await stock.find(tenantA, variantOf(name))).toBeUndefined();
        expect(await stock.levels(tenantA, [variantOf(name)], { consistent: true })).toEqual([]);
      }
    });
  });

  describe('adjustments', () => {
    it('add, take and set, and the ledger says the same', async () => {
      const { stock } = stores;
      await stock.adjust(
        tenantA,
        adjustmentOf('1', [
          ['a', { delta: 10 }],
          ['b', { setTo: 5 }],
        ]),
      );
      const taken = await stock.adjust(
        tenantA,
        adjustmentOf(
          '2',
          [
            ['a', { delta: -3 }],
            ['b', { setTo: 2 }],
          ],
          { reason: 'lost' },
        ),
      );
      expect(taken).toMatchObject({
        status: 'adjusted',
        adjustment: {
          reason: 'lost',
          lines: [
            { variantId: variantOf('a'), locationId: MAIN, delta: -3 },
            { variantId: variantOf('b'), locationId: MAIN, delta: -3 },
          ],
        },
      });
      expect(await countsOf(stock, 'a')).toEqual({ available: 7, reserved: 0, shipped: 0 });
      expect(await countsOf(stock, 'b')).toEqual({ available: 2, reserved: 0, shipped: 0 });
      expect([await ledgerOf(stock, 'a'), await ledgerOf(stock, 'b')]).toEqual([7, 2]);
    });
    it('happen once per id', async () => {
      const { stock } = stores;
      const order = adjustmentOf('1', [['a', { delta: 10 }]]);
      const first = await stock.adjust(tenantA, order);
      const second = await stock.adjust(tenantA, order);
      expect(second).toMatchObject({ status: 'exists', requestHash: 'hash' });
      expect('adjustment' in second && second.adjustment).toEqual('adjustment' in first && first.adjustment);
      expect((await countsOf(stock, 'a')).available).toBe(10);
    });
    it('take no more than there is, and then nothing at all', async () => {
      const { stock } = stores;
      await stocked(stock, [
        ['a', 10],
        ['b', 1],
      ]);
      const refused = await stock.adjust(
        tenantA,
        adjustmentOf('2', [
          ['a', { delta: -3 }],
          ['b', { delta: -2 }],
        ]),
      );
      expect(refused).toEqual({
        status: 'insufficient',
        lines: [{ variantId: variantOf('b'), requested: 2, available: 1 }],
      });
      expect((await countsOf(stock, 'a')).available).toBe(10);
    });
    it('lose none of many at the same moment', async () => {
      const { stock } = stores;
      const orders = Array.from({ length: 10 }, (_, index) => adjustmentOf(`m${index}`, [['a', { delta: index + 1 }]]));
      await Promise.all(orders.map((order) => stock.adjust(tenantA, order)));
      expect((await countsOf(stock, 'a')).available).toBe(55);
      expect(await ledgerOf(stock, 'a')).toBe(55);
    });
    it('of large and of shrinking stock keep the sum', async () => {
      const { stock } = stores;
      for (const [index, setTo] of [5000, 60, 140, 0, 3200, 99].entries()) {
        await stock.adjust(tenantA, adjustmentOf(`s${index}`, [['a', { setTo }]]));
        expect((await countsOf(stock, 'a')).available).toBe(setTo);
      }
      expect(await ledgerOf(stock, 'a')).toBe(99);
    });
    it('at another location leave the first one alone', async () => {
      const { stock, locations } = stores;
      await withSecondLocation(locations);
      await stock.adjust(
        tenantA,
        adjustmentOf('1', [
          ['a', { delta: 10 }],
          ['a', { delta: 4 }, SECOND],
        ]),
      );
      await stock.adjust(tenantA, adjustmentOf('2', [['a', { setTo: 3 }, SECOND]]));
      const [found] = await stock.levels(tenantA, [variantOf('a')], { consistent: true });
      expect(found?.levels.map(({ locationId, available }) => [locationId, available])).toEqual([
        [MAIN, 10],
        [SECOND, 3],
      ]);
      expect(await ledgerOf(stock, 'a')).toBe(13);
    });
    it('of what may be sold below zero may count below zero', async () => {
      const { stock } = stores;
      await stock.applyImport(tenantA, importOf('i', [['a', 0, { policy: 'continue' }]]));
      await stock.adjust(tenantA, adjustmentOf('1', [['a', { delta: -5 }]]));
      expect((await countsOf(stock, 'a')).available).toBe(-5);
    });
    it('are in the ledger by time, page by page', async () => {
      const { stock } = stores;
      await stock.adjust(tenantA, adjustmentOf('1', [['a', { delta: 1 }]]));
      await stock.adjust(tenantA, adjustmentOf('2', [['a', { delta: 2 }]], { at: LATER }));
      const page = (limit: number, from?: typeof AT, after?: Readonly<Record<string, string | number>>) =>
        stock.movements(tenantA, variantOf('a'), { from, limit, after });
      const first = await page(1);
      expect(first.items).toMatchObject([{ delta: 1, reason: 'received', orderId: null, createdAt: AT }]);
      expect((await page(1, undefined, first.last)).items).toMatchObject([{ delta: 2 }]);
      expect((await page(10, LATER)).items).toMatchObject([{ delta: 2 }]);
      expect(
        (await stock.movements(tenantB, variantOf('a'), { from: undefined, limit: 10, after: undefined })).items,
      ).toEqual([]);
    });
  });

  describe('imports', () => {
    it('set tracking, policy and quantity, and an import of the same changes nothing', async () => {
      const { stock } = stores;
      const lines = [
        ['a', 5],
        ['b', 0, { tracked: false }],
        ['c', 7, { policy: 'continue' }],
      ] as const;
      expect(await stock.applyImport(tenantA, importOf('one', lines))).toBe(3);
      expect(await countsOf(stock, 'a')).toMatchObject({ available: 5 });
      expect(await stock.find(tenantA, variantOf('b'))).toMatchObject({ tracked: false, version: 1 });
      expect(await stock.find(tenantA, variantOf('c'))).toMatchObject({ policy: 'continue' });
      expect(await stock.applyImport(tenantA, importOf('two', lines))).toBe(0);
      expect(
        await stock.applyImport(
          tenantA,
          importOf('three', [
            ['a', 6],
            ['b', null],
            ['c', 7],
          ]),
        ),
      ).toBe(3);
      expect(await stock.find(tenantA, variantOf('b'))).toMatchObject({ tracked: true, version: 2 });
      expect([await ledgerOf(stock, 'a'), await ledgerOf(stock, 'c')]).toEqual([6, 7]);
    });
    it('repeated after a sale leave what was sold sold', async () => {
      const { stock, reservations } = stores;
      await stock.applyImport(tenantA, importOf('one', [['a', 5]]));
      await reservations.reserve(tenantA, { orderId: orderOf('1'), lines: linesOf(['a', 2]), at: AT });
      expect(await stock.applyImport(tenantA, importOf('one', [['a', 5]]))).toBe(0);
      expect(await countsOf(stock, 'a')).toEqual({ available: 3, reserved: 2, shipped: 0 });
    });
    it('take 100 lines at once, also over stock that is split', async () => {
      const { stock } = stores;
      const names = Array.from({ length: 100 }, (_, index) => `v${index}`);
      const all = (quantity: number) => names.map((name) => [name, quantity] as const);
      expect(await stock.applyImport(tenantA, importOf('one', all(40)))).toBe(100);
      await stock.adjust(
        tenantA,
        adjustmentOf('big', [
          ['v3', { setTo: 4000 }],
          ['v4', { setTo: 4000 }],
        ]),
      );
      expect(await stock.applyImport(tenantA, importOf('two', all(1)))).toBe(100);
      const levels = await stock.levels(tenantA, names.map(variantOf), { consistent: true });
      expect(levels.map(({ levels: [level] }) => level?.available)).toEqual(names.map(() => 1));
      expect(await ledgerOf(stock, 'v3')).toBe(1);
    });
  });
};

type ImportLine = readonly [
  string,
  number | null,
  { readonly tracked?: boolean; readonly policy?: 'deny' | 'continue' }?,
];

const importOf = (source: string, lines: readonly ImportLine[]) => ({
  source,
  lines: lines.map(([name, quantity, settings]) => ({
    variantId: variantOf(name),
    tracked: settings?.tracked ?? true,
    policy: settings?.policy ?? ('deny' as const),
    quantity,
  })),
  traceId: 'trace',
  at: AT,
});
