import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { fileOf, importingShop } from './import-fixtures.ts';
import { productNamed, revised, SHOP, variantOf } from './fixtures.ts';

const counts = ({ progress }: { progress: Record<string, number | null> }) =>
  [progress['created'], progress['updated'], progress['unchanged'], progress['failed']].join(' ');
/** Throws at the n-th call, once. */
const atCall = (n: number) => {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls === n) throw new Error('cut off');
  };
};

describe('an import', () => {
  test('makes products with variants, prices in minor units, stock and a report by line', async () => {
    const shop = importingShop();
    const done = await shop.import(fileOf(3));
    expect(done).toMatchObject({
      status: 'completed',
      failure: null,
      progress: { rows: 3, totalRows: 3, products: 3, created: 3, updated: 0, unchanged: 0, failed: 0 },
    });
    const product = await shop.product('mug-2');
    expect(product).toMatchObject({ title: 'Mug 2', status: 'active', options: [], version: 1 });
    expect(product.variants).toMatchObject([
      { sku: 'MUG-2', values: [], prices: [{ currency: 'EUR', amount: 250, compareAt: null }] },
    ]);
    const [{ id } = { id: '' }] = product.variants;
    expect(shop.stock.flatMap(({ lines }) => lines)).toContainEqual({
      variantId: id,
      tracked: true,
      policy: 'deny',
      quantity: 2,
    });
    expect((await shop.rows(done.id)).items).toMatchObject([
      { line: 2, handle: 'mug-0', outcome: 'created' },
      { line: 3, handle: 'mug-1', outcome: 'created' },
      { line: 4, handle: 'mug-2', outcome: 'created', productId: product.id, code: null },
    ]);
  });

  test('of the same file changes nothing, not even the stock that was sold meanwhile', async () => {
    const shop = importingShop();
    await shop.import(fileOf(450));
    const before = await shop.listed();
    shop.stock.length = 0;
    const again = await shop.import(fileOf(450));
    expect(counts(again)).toBe('0 0 450 0');
    expect(await shop.listed()).toEqual(before);
    expect(shop.stock).toEqual([]);
  });

  test('of a file with one changed row updates exactly that product, and leaves the stock that it says nothing new of', async () => {
    const shop = importingShop();
    await shop.import(fileOf(300));
    shop.stock.length = 0;
    const before = await shop.listed();
    const changed = await shop.import(fileOf(300, (row, at) => (at === 250 ? row.replace('250.50', '9.99') : row)));
    expect(counts(changed)).toBe('0 1 299 0');
    const after = await shop.listed();
    expect(after.filter((one, at) => one.updatedAt !== before[at]?.updatedAt).map(({ slug }) => slug)).toEqual([
      'mug-250',
    ]);
    expect((await shop.product('mug-250')).variants[0]?.prices[0]?.amount).toBe(999);
    expect(shop.stock).toEqual([]);
    expect((await shop.rows(changed.id, { outcome: 'updated' })).items).toMatchObject([
      { line: 252, handle: 'mug-250' },
    ]);

    await shop.import(fileOf(300, (row, at) => (at === 7 ? row.replace('shopify,7', 'shopify,70') : row)));
    expect(shop.stock.flatMap(({ lines }) => lines)).toMatchObject([{ quantity: 70 }]);
  });

  test('keeps what the merchant changed by hand as long as the rows stay the same', async () => {
    const shop = importingShop();
    await shop.import(fileOf(2));
    const before = await shop.product('mug-1');
    const after = revised(before, { title: 'By hand', slug: 'new-slug' });
    await shop.products(SHOP).apply([{ before, after }]);
    expect(counts(await shop.import(fileOf(2)))).toBe('0 0 2 0');
    expect((await shop.product('new-slug')).title).toBe('By hand');

    expect(counts(await shop.import(fileOf(2, (row) => row.replace('Mug 1', 'Mug one'))))).toBe('0 1 1 0');
    const updated = await shop.product('mug-1');
    expect(updated).toMatchObject({ id: before.id, title: 'Mug one', slug: 'new-slug' });
    expect(updated.variants[0]?.id).toBe(before.variants[0]?.id);
  });

  test('tried without changing anything says what it would do and does nothing', async () => {
    const shop = importingShop();
    await shop.import(fileOf(2));
    const taken = { ...productNamed('other'), variants: [variantOf(productNamed('other').id, 'v', { sku: 'MUG-3' })] };
    await shop.products(SHOP).apply([{ before: undefined, after: taken }]);
    shop.stock.length = 0;
    const before = await shop.listed();
    const id = await shop.announce(fileOf(4, (row) => row.replace('Mug 1', 'Mug one')));
    await shop.start(id, true);
    const tried = await shop.workflow(id, 1);
    expect(tried).toMatchObject({ status: 'completed', dryRun: true });
    expect(counts(tried)).toBe('1 1 1 1');
    expect((await shop.rows(id, { outcome: 'failed' })).items).toMatchObject([{ line: 5, code: 'sku_taken' }]);
    expect(await shop.listed()).toEqual(before);
    expect(shop.stock).toEqual([]);

    await shop.start(id);
    expect(counts(await shop.workflow(id, 2))).toBe('1 1 1 1');
    expect((await shop.product('mug-1')).title).toBe('Mug one');
    expect((await shop.rows(id)).items).toHaveLength(4);
  });

  test.each(['beforeStock', 'beforeProducts', 'afterProducts'] as const)(
    'cut off %s goes on and ends as if nothing had happened',
    async (where) => {
      for (const call of [1, 2, 3]) {
        const cut = atCall(call);
        const shop = importingShop({ [where]: cut });
        const id = await shop.announce(fileOf(500));
        await shop.start(id);
        await expect(shop.workflow(id, 1)).rejects.toThrow('cut off');
        const ended = await shop.workflow(id, 1);
        expect(ended.status).toBe('completed');
        expect(counts(ended)).toBe('500 0 0 0');
        expect(ended.progress).toMatchObject({ rows: 500, products: 500 });
        const listed = await shop.listed();
        expect(listed).toHaveLength(500);
        const report = [];
        let query: Record<string, string> = {};
        for (;;) {
          const page = await shop.rows(id, query);
          report.push(...page.items);
          if (page.next === null) break;
          query = { cursor: page.next };
        }
        expect(report.map(({ line }) => line)).toEqual(Array.from({ length: 500 }, (_, at) => at + 2));
        expect(new Set(report.map(({ outcome }) => outcome))).toEqual(new Set(['created']));
        const stocked = new Map(
          shop.stock.flatMap(({ lines }) => lines.map((line) => [line.variantId, line.quantity])),
        );
        expect(stocked.size).toBe(500);
        const { variants } = await shop.product('mug-321');
        expect(stocked.get(variants[0]?.id ?? '')).toBe(321);
      }
    },
  );

  test('worked on by two workers at once counts each product once', async () => {
    const shop = importingShop();
    const id = await shop.announce(fileOf(900));
    await shop.start(id);
    await shop.check(id, 1);
    await Promise.all([shop.work(id, 1), shop.work(id, 1)]);
    const ended = await shop.workflow(id, 1);
    expect(ended.progress).toMatchObject({ rows: 900, products: 900, created: 900 });
    expect(await shop.listed()).toHaveLength(900);
    for (const outcome of ['updated', 'unchanged', 'failed'])
      expect((await shop.rows(id, { outcome })).items).toEqual([]);
  });

  test('can be cancelled between two slices; what is imported stays, and it can be started again', async () => {
    const shop = importingShop({ afterProducts: () => void cancelled() });
    let cancelled: () => void = () => undefined;
    const id = await shop.announce(fileOf(600));
    await shop.start(id);
    await shop.check(id, 1);
    let asked = Promise.resolve<unknown>(undefined);
    cancelled = () => {
      cancelled = () => undefined;
      asked = shop.cancel(id);
    };
    await shop.work(id, 1);
    await asked;
    const state = await shop.state(id);
    expect(state.status).toBe('cancelled');
    expect(state.finishedAt).not.toBeNull();
    const imported = (await shop.listed()).length;
    expect(imported).toBe(state.progress.created);
    expect(imported).toBeGreaterThan(0);
    expect(imported).toBeLessThan(600);

    await shop.start(id);
    const ended = await shop.workflow(id, 2);
    expect(counts(ended)).toBe(`${600 - imported} 0 ${imported} 0`);
  });

  test('is started once, and only with its file', async () => {
    const shop = importingShop();
    const id = await shop.announce(fileOf(1), false);
    await expect(shop.start(id)).rejects.toMatchObject({ code: 'upload_missing' });
    shop.put(id, Buffer.from(fileOf(1)));
    await shop.start(id);
    await shop.start(id);
    await expect(shop.start(id, true)).rejects.toMatchObject({ code: 'import_running' });
    expect(new Set(shop.started)).toEqual(new Set([`${id}-1`]));
    await shop.workflow(id, 1);
    await expect(shop.start(id)).rejects.toMatchObject({ code: 'import_finished' });
    await expect(shop.cancel(id)).rejects.toMatchObject({ code: 'import_finished' });
  });

  test('that was never started can be cancelled, and one that keeps failing says so and can go on', async () => {
    const shop = importingShop();
    const first = await shop.announce(fileOf(1));
    expect((await shop.cancel(first)).body.status).toBe('cancelled');
    expect((await shop.cancel(first)).body.status).toBe('cancelled');
    const second = await shop.announce(fileOf(1));
    await shop.start(second);
    await shop.fail(second, 1);
    expect(await shop.state(second)).toMatchObject({ status: 'failed', failure: { code: 'internal_error' } });
    await shop.start(second);
    await shop.fail(second, 1);
    expect((await shop.workflow(second, 2)).status).toBe('completed');
  });

  test('twice of any file is as once', async () => {
    const cell = fc.constantFrom('', 'a', 'B c', '=1+1', 'ü', '"q"', 'x,y', 'two\nlines');
    const row = fc.record({
      handle: fc.constantFrom('h1', 'h2', 'h3', ''),
      title: cell,
      value: fc.constantFrom('', 'S', 'M', 'L'),
      sku: fc.constantFrom('', 'A', 'B', 'C'),
      price: fc.constantFrom('', '1', '2.50', 'x', '-1', '3.999'),
      extra: cell,
      category: fc.constantFrom('', 'A > B', 'A', 'a > c'),
      tracker: fc.constantFrom('', 'shopify'),
      quantity: fc.constantFrom('', '5', '-1'),
    });
    const written = (value: string) => (/["\n,]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
    const header =
      'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Extra,Product Category,Variant Inventory Tracker,Variant Inventory Qty';
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 12 }), async (rows) => {
        const lines = rows.map(({ handle, title, value, sku, price, extra, category, tracker, quantity }) =>
          [handle, title, 'Size', value, sku, price, extra, category, tracker, quantity].map(written).join(','),
        );
        const file = [header, ...lines].join('\n');
        const shop = importingShop();
        const first = await shop.import(file);
        const before = await shop.listed();
        shop.stock.length = 0;
        const second = await shop.import(file);
        expect(await shop.listed()).toEqual(before);
        // Stock is set before its product is written, so that of a refused product is set again; nobody can buy it.
        const there = await Promise.all(before.map(({ slug }) => shop.product(slug)));
        const sold = new Set<string>(there.flatMap(({ variants }) => variants.map(({ id }) => id)));
        const again = shop.stock.flatMap(({ lines }) => lines).filter(({ variantId }) => sold.has(variantId));
        expect(again).toEqual([]);
        expect(second.progress).toMatchObject({ created: 0, updated: 0, failed: first.progress.failed });
        expect(second.progress.unchanged).toBe(first.progress.created);
        expect((await shop.rows(second.id)).items).toHaveLength(
          rows.filter(({ handle, title }) => handle + title !== 'x').length,
        );
      }),
      { numRuns: 60 },
    );
  });
});
