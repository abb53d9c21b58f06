import { beforeEach, describe, expect, test } from 'vitest';
import { importId } from '../../functions/catalog/ids.ts';
import { type ImportJob, type ImportRow, NO_PROGRESS } from '../../functions/catalog/import-job.ts';
import type { ImportStore, OpenImportStore } from '../../functions/catalog/import-store.ts';
import { Currency } from '../../lib/runtime/money.ts';
import { OTHER_SHOP, SHOP, stampAt } from './fixtures.ts';

const { now, actor, traceId } = stampAt('2026-03-01T10:00:00.000Z');
const job: ImportJob = {
  id: importId.derive('job'),
  status: 'running',
  format: 'shopify',
  filename: 'file.csv',
  size: 10,
  sha256: '0'.repeat(64),
  dryRun: false,
  progress: NO_PROGRESS,
  failure: null,
  createdAt: now,
  startedAt: now,
  finishedAt: null,
  version: 1,
  run: 1,
  nextSlice: 0,
  slices: 60,
  currency: Currency.parse('EUR'),
  currencies: ['EUR'],
  locales: ['en'],
  requestHash: 'hash',
  actor,
  traceId,
};
const row = (line: number, outcome: ImportRow['outcome']): ImportRow => ({
  line,
  handle: `h${line}`,
  outcome,
  productId: null,
  code: outcome === 'failed' ? 'invalid_price' : null,
  message: null,
});

/** What every import store promises. */
export const importStoreContract = (open: () => Promise<OpenImportStore>): void => {
  let store: ImportStore;
  let other: ImportStore;
  beforeEach(async () => {
    const opened = await open();
    [store, other] = [opened(SHOP), opened(OTHER_SHOP)];
  });

  describe('an import', () => {
    test('is created once and changed only from the state that was read', async () => {
      expect(await store.create(job)).toBe(true);
      expect(await store.create({ ...job, filename: 'other.csv' })).toBe(false);
      expect(await store.find(job.id)).toEqual(job);
      expect(await other.find(job.id)).toBeUndefined();
      const next = { ...job, version: 2, nextSlice: 1 };
      expect(await store.save(job, next)).toBe(true);
      expect(await store.save(job, { ...job, version: 2 })).toBe(false);
      expect(await store.find(job.id)).toEqual(next);
    });

    test('has a plan per run', async () => {
      const plan = { header: ['Handle'], slices: [{ start: 7, end: 20, line: 2 }], repeated: [3] };
      await store.savePlan(job, plan);
      expect(await store.findPlan(job)).toEqual(plan);
      expect(await store.findPlan({ ...job, run: 2 })).toBeUndefined();
    });
  });

  describe('a report', () => {
    const walk = async (outcome: ImportRow['outcome'] | undefined, limit: number): Promise<number[]> => {
      const lines: number[] = [];
      let from: { after: string } | undefined;
      do {
        const page = await store.rows(job, outcome, limit, from);
        expect(page.items.length).toBeLessThanOrEqual(limit);
        lines.push(...page.items.map(({ line }) => line));
        from = page.next;
      } while (from !== undefined);
      return lines;
    };

    test.each([1, 3, 7, 100])('is read by line in pages of %i, over slices without rows too', async (limit) => {
      await store.saveRows(job, 0, [row(2, 'created'), row(3, 'failed'), row(4, 'created')]);
      await store.saveRows(job, 1, [row(5, 'unchanged'), row(6, 'updated')]);
      await store.saveRows(job, 57, [row(90, 'failed'), row(91, 'created')]);
      expect(await walk(undefined, limit)).toEqual([2, 3, 4, 5, 6, 90, 91]);
      expect(await walk('failed', limit)).toEqual([3, 90]);
      expect(await walk('updated', limit)).toEqual([6]);
    });

    test('on a slice that is done again replaces the one before', async () => {
      await store.saveRows(job, 0, [row(2, 'failed'), row(3, 'failed')]);
      await store.saveRows(job, 0, [row(2, 'created'), row(3, 'failed')]);
      await store.saveRows(job, 0, [row(2, 'created'), row(3, 'created')]);
      expect(await walk(undefined, 10)).toEqual([2, 3]);
      expect(await walk('failed', 10)).toEqual([]);
    });

    test('of another run is another one', async () => {
      await store.saveRows(job, 0, [row(2, 'failed')]);
      expect((await store.rows({ ...job, run: 2 }, undefined, 10, undefined)).items).toEqual([]);
      expect((await other.rows(job, undefined, 10, undefined)).items).toEqual([]);
    });
  });
};
