import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Shop } from '../../lib/client/shop.ts';
import { as, outcome } from './caller.ts';
import { setAttributes } from './deployer.ts';
import { importing } from './imports.ts';
import { newShop, unique } from './world.ts';

const Rows = z.looseObject({
  items: z.array(z.looseObject({ line: z.number(), outcome: z.string(), code: z.string().nullable() })),
  next: z.string().nullable(),
});
const Variants = z.looseObject({ items: z.array(z.looseObject({ id: z.string() })) });
const Product = z.looseObject({ id: z.string(), variants: z.array(z.looseObject({ id: z.string() })) });

let shop: Shop;
let staff: ReturnType<typeof as>;
let storefront: ReturnType<typeof as>;
let announce: ReturnType<typeof importing>['announce'];
let ended: ReturnType<typeof importing>['ended'];
let run: ReturnType<typeof importing>['run'];
let start: ReturnType<typeof importing>['start'];
beforeAll(async () => {
  shop = await newShop('imports');
  [staff, storefront] = [as(shop.secretKey), as(shop.publishableKey)];
  ({ announce, ended, run, start } = importing(staff));
});

const counts = ({ progress }: { progress: Record<string, number | null> }) =>
  ['created', 'updated', 'unchanged', 'failed'].map((name) => progress[name]).join(' ');

const HEADER =
  'Handle,Title,Product Category,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Tracker,Variant Inventory Qty';
const bowl = (word: string, price: string, size: string, quantity: number) =>
  `${word}-bowl,"Bowl, ""deep""",Kitchen > Bowls,Size,${size},${word}-${size},${price},shopify,${quantity}`;
const file = (...rows: readonly string[]) => `\uFEFF${[HEADER, ...rows].join('\r\n')}\r\n`;
const goods = (word: string) =>
  file(bowl(word, '12.50', 'S', 4), bowl(word, '17.90', 'L', 0), `${word}-jug,Jug,Kitchen,,,${word}-jug,9,,`);
const GOOD = goods(unique('ware'));

let hopeless: string;
beforeAll(async () => {
  const { id, path, put } = await announce(GOOD);
  await put(GOOD);
  // What no file can bring about: it is under way by a plan that cannot be read.
  const pk = `t#${shop.tenantId}#import#${id}`;
  await setAttributes('catalog', { pk, sk: 'plan#1' }, { header: 'none' }, { made: true });
  await setAttributes('catalog', { pk, sk: 'job' }, { status: 'running', run: 1, slices: 1 });
  await staff.post(`${path}/start`, {});
  hopeless = path;
});

describe('a file of products', () => {
  it('is uploaded as announced or not at all', async () => {
    const { path, put } = await announce(GOOD);
    expect(await put(GOOD.replace('Bowl', 'Bawl'))).toBeGreaterThanOrEqual(400);
    expect(outcome(await staff.post(`${path}/start`, {}))).toBe('409 upload_missing');
    expect(await put(GOOD)).toBe(200);
    expect(outcome(await staff.post(`${path}/cancel`))).toBe('202');
  });

  it('is announced once for each Idempotency-Key', async () => {
    const key = { 'idempotency-key': unique('import') };
    const body = { format: 'shopify', filename: 'goods.csv', size: 10, sha256: '0'.repeat(64) };
    const made = await staff.post('/v1/catalog/imports', body, key);
    const again = await staff.post('/v1/catalog/imports', body, key);
    expect([again.status, again.headers['idempotent-replayed']]).toEqual([201, 'true']);
    expect(again.headers['location']).toBe(made.headers['location']);
    const other = await staff.post('/v1/catalog/imports', { ...body, size: 11 }, key);
    expect(outcome(other)).toBe('422 idempotency_key_reused');
  });

  it('sets the stock, and sets it anew when it says another quantity', async () => {
    const sku = unique('counted');
    const counted = (quantity: number) => file(`${sku},Counted,Kitchen,,,${sku},5,shopify,${quantity}`);
    const available = async () => {
      const { items } = Variants.parse((await staff.get(`/v1/catalog/variants?sku=${sku}`)).body);
      return (await staff.get(`/v1/inventory/levels?variantIds=${items[0]?.id}`)).body;
    };
    await run(counted(4));
    expect(await available()).toMatchObject({ items: [{ available: 4 }] });
    await run(counted(7));
    expect(await available()).toMatchObject({ items: [{ available: 7 }] });
  });

  it('is tried, imported, imported again without a change, and imported with one', async () => {
    const word = unique('ware');
    const csv = goods(word);
    const tried = await run(csv, true);
    expect([tried.status, counts(tried)]).toEqual(['completed', '2 0 0 0']);
    expect((await staff.get(`/v1/catalog/products/by-slug/${word}-bowl`)).status).toBe(404);

    expect(await start(tried.path)).toBe('202');
    const first = await ended(tried.path);
    expect([first.status, counts(first)]).toEqual(['completed', '2 0 0 0']);
    expect(outcome(await staff.post(`${tried.path}/start`, {}))).toBe('409 import_finished');
    const shown = await storefront.get(`/v1/catalog/products/by-slug/${word}-bowl`);
    expect(shown.body).toMatchObject({
      title: 'Bowl, "deep"',
      options: [{ name: 'Size', values: ['S', 'L'] }],
      variants: [{ prices: [{ currency: 'EUR', amount: 1250 }] }, { prices: [{ currency: 'EUR', amount: 1790 }] }],
    });
    const { id, variants } = Product.parse(shown.body);
    const [small, large] = variants.map((variant) => variant.id);
    const availability = await storefront.get(`/v1/inventory/availability?variantIds=${small},${large}`);
    expect(availability.text).toContain('out');
    const { items } = z
      .looseObject({ items: z.array(z.looseObject({ id: z.string(), name: z.string() })) })
      .parse((await storefront.get('/v1/catalog/categories?parentId=root')).body);
    const root = items.find(({ name }) => name === 'Kitchen')?.id;
    expect((await storefront.get(`/v1/catalog/products?categoryId=${root}`)).text).toContain(id);

    expect(counts(await run(csv))).toBe('0 0 2 0');
    expect(counts(await run(csv.replace('12.50', '12.51')))).toBe('0 1 1 0');
    const changed = Product.parse((await storefront.get(`/v1/catalog/products/${id}`)).body);
    expect(changed.variants).toMatchObject([{ id: small, prices: [{ amount: 1251 }] }, { id: large }]);
  });

  it('with broken rows is imported without these products, and each row’s fate is told by its line', async () => {
    const word = unique('broken');
    const job = await run(
      file(
        `${word}-a,A,,,,,1,,`,
        `${word}-b,B,,,,,dear,,`,
        `${word}-c,"C`,
        `${word}-d,=1+1,,,,,2,,`,
        `${word}-e,E,,,,,-3,,`,
      ),
    );
    expect([job.status, counts(job)]).toEqual(['completed', '2 0 0 3']);
    const failed = Rows.parse((await staff.get(`${job.path}/rows?outcome=failed`)).body);
    expect(failed.items.map(({ line, code }) => [line, code])).toEqual([
      [3, 'invalid_price'],
      [4, 'quote_not_closed'],
      [6, 'invalid_price'],
    ]);
    const first = Rows.parse((await staff.get(`${job.path}/rows?limit=3`)).body);
    const second = Rows.parse((await staff.get(`${job.path}/rows?limit=3&cursor=${first.next}`)).body);
    expect([...first.items, ...second.items].map(({ line }) => line)).toEqual([2, 3, 4, 5, 6]);
    expect(second.next).toBeNull();
    const formula = await storefront.get(`/v1/catalog/products/by-slug/${word}-d`);
    expect(formula.body).toMatchObject({ title: '=1+1' });
  });

  it.each([
    ['without its columns', 'Handle,Name\r\na,b\r\n', { code: 'missing_columns', line: 1 }],
    ['of nothing but line ends', '\r\n\r\n', { code: 'empty_file', line: null }],
  ])('%s ends the import and is told why', async (_, csv, failure) => {
    expect(await run(csv)).toMatchObject({ status: 'failed', failure });
  });

  it('is nothing for storefronts and other shops', async () => {
    const { path } = await announce(GOOD);
    const other = as((await newShop('elsewhere')).secretKey);
    for (const route of [path, `${path}/rows`]) {
      expect(outcome(await storefront.get(route))).toBe('403 forbidden');
      expect(outcome(await other.get(route))).toBe('404 not_found');
    }
    expect(outcome(await other.post(`${path}/start`, {}))).toBe('404 not_found');
    expect(outcome(await other.post(`${path}/cancel`))).toBe('404 not_found');
  });
});

describe('an import whose steps keep failing', () => {
  // Begun before all others, because its workflow tries again for about half a minute.
  it('is given up, and says so', async () => {
    const failed = await ended(hopeless, { timeoutMs: 100_000 });
    expect(failed).toMatchObject({ status: 'failed', failure: { code: 'internal_error' } });
  });

  it('can be started again', async () => {
    await staff.post(`${hopeless}/start`, {});
    expect((await ended(hopeless)).status).toBe('completed');
  });
});
