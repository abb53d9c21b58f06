import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Shop } from '../../lib/client/shop.ts';
import { until } from '../../lib/client/until.ts';
import { as, outcome } from './caller.ts';
import { newShop, unique } from './world.ts';

const Id = z.looseObject({ id: z.string() });
const Items = z.looseObject({ items: z.array(Id), next: z.string().nullish() });
const idOf = (body: unknown): string => Id.parse(body).id;
const idsOf = (body: unknown): string[] => Items.parse(body).items.map(({ id }) => id);

let shop: Shop;
let staff: ReturnType<typeof as>;
let storefront: ReturnType<typeof as>;
beforeAll(async () => {
  shop = await newShop('catalogue');
  [staff, storefront] = [as(shop.secretKey), as(shop.publishableKey)];
});

/** The header with the version that is there now. */
const current = async (path: string) => ({ 'if-match': (await staff.get(path)).headers['etag'] });
const newProduct = async (more: Record<string, unknown> = {}) => {
  const slug = unique('thing');
  const made = await staff.post('/v1/catalog/products', { title: slug, slug, status: 'active', ...more });
  expect(outcome(made)).toBe('201');
  return { id: idOf(made.body), slug, path: `/v1/catalog/products/${idOf(made.body)}` };
};

describe('a product', () => {
  it('is made once for each Idempotency-Key, changed under its version, and deleted', async () => {
    const slug = unique('cup');
    const key = { 'idempotency-key': unique('product') };
    const order = { title: 'Cup', slug, status: 'active', metadata: { shelf: 'A' }, externalId: 'x-1' };
    const made = await staff.post('/v1/catalog/products', order, key);
    const path = `/v1/catalog/products/${idOf(made.body)}`;
    expect([made.status, made.headers['location'], made.headers['etag']]).toEqual([201, path, '"v1"']);
    const again = await staff.post('/v1/catalog/products', order, key);
    expect([again.body, again.headers['idempotent-replayed']]).toEqual([made.body, 'true']);
    const other = await staff.post('/v1/catalog/products', { ...order, title: 'Mug' }, key);
    expect(outcome(other)).toBe('422 idempotency_key_reused');
    expect(outcome(await staff.post('/v1/catalog/products', { title: 'Mug', slug }))).toBe('409 slug_taken');

    expect(outcome(await staff.patch(path, { vendor: 'Us' }))).toBe('428 precondition_required');
    const changed = await staff.patch(
      path,
      { vendor: 'Us', metadata: { shelf: null, row: '1' } },
      { 'if-match': '"v1"' },
    );
    expect(changed.body).toMatchObject({ title: 'Cup', vendor: 'Us', metadata: { row: '1' }, version: 2 });
    expect(outcome(await staff.patch(path, { vendor: 'Them' }, { 'if-match': '"v1"' }))).toBe('412 version_mismatch');
    const shown = await storefront.get(path);
    expect([shown.status, shown.text.includes('"metadata"'), shown.text.includes('x-1')]).toEqual([200, false, false]);

    expect(outcome(await staff.delete(path, undefined, { 'if-match': '"v1"' }))).toBe('412 version_mismatch');
    expect(outcome(await staff.delete(path, undefined, await current(path)))).toBe('204');
    expect((await staff.get(path)).status).toBe(404);
    expect((await storefront.get(`/v1/catalog/products/by-slug/${slug}`)).status).toBe(404);
  });

  it('is on the storefront while it is active, and there alone', async () => {
    const { id, path, slug } = await newProduct({ status: 'draft' });
    const visible = async () => [
      (await storefront.get(path)).status,
      (await storefront.get(`/v1/catalog/products/by-slug/${slug}`)).status,
      idsOf((await storefront.get('/v1/catalog/products?limit=100')).body).includes(id),
    ];
    expect(await visible()).toEqual([404, 404, false]);
    expect((await staff.get(path)).status).toBe(200);
    expect(idsOf((await staff.get('/v1/catalog/products?status=draft&limit=100')).body)).toContain(id);
    await staff.patch(path, { status: 'active' }, await current(path));
    expect((await visible()).slice(0, 2)).toEqual([200, 200]);
    await staff.patch(path, { status: 'archived' }, await current(path));
    expect((await visible()).slice(0, 2)).toEqual([404, 404]);
  });

  it('is listed by its title, by when it was made and by when it was changed', async () => {
    const own = as((await newShop('sorted')).secretKey);
    const path = '/v1/catalog/products';
    const make = async (title: string) => idOf((await own.post(path, { title, slug: unique('sorted') })).body);
    const first = await make('Beaker');
    const second = await make('Amphora');
    expect((await own.patch(`${path}/${first}`, { vendor: 'Us' }, { 'if-match': '"v1"' })).status).toBe(200);
    const orders = { created: [first, second], title: [second, first], updated: [second, first] };
    for (const [sort, expected] of Object.entries(orders)) {
      const listed = (by: string) =>
        until(`the products by ${by}`, async () => {
          const ids = idsOf((await own.get(`${path}?sort=${by}`)).body);
          // An index may be a moment old.
          return ids.length === 2 ? ids : undefined;
        });
      expect([sort, await listed(sort)]).toEqual([sort, expected]);
      expect([sort, await listed(`-${sort}`)]).toEqual([sort, expected.toReversed()]);
    }
  });

  it('is found by its old slugs too, which nobody else gets', async () => {
    const { id, path, slug } = await newProduct();
    const renamed = unique('renamed');
    expect(outcome(await staff.patch(path, { slug: renamed }, await current(path)))).toBe('200');
    for (const name of [slug, renamed]) {
      expect(idOf((await storefront.get(`/v1/catalog/products/by-slug/${name}`)).body)).toBe(id);
    }
    expect(outcome(await staff.post('/v1/catalog/products', { title: 'Thief', slug: renamed }))).toBe('409 slug_taken');
  });

  it('has texts in the languages of the shop', async () => {
    const { path, slug } = await newProduct({ title: 'Cup' });
    const german = `${path}/translations/de`;
    expect(outcome(await staff.put(german, { title: 'Tasse' }))).toBe('428 precondition_required');
    expect(outcome(await staff.put(german, { title: 'Tasse' }, await current(path)))).toBe('200');
    const title = async (locale: string) => {
      const answer = await storefront.get(`/v1/catalog/products/by-slug/${slug}?locale=${locale}`);
      return z.looseObject({ title: z.string() }).parse(answer.body).title;
    };
    expect([await title('de'), await title('en')]).toEqual(['Tasse', 'Cup']);
    const french = await staff.put(`${path}/translations/fr`, { title: 'Tasse' }, await current(path));
    expect(outcome(french)).toBe('422 locale_not_enabled');
    expect(outcome(await staff.delete(german, undefined, await current(path)))).toBe('204');
    expect(await title('de')).toBe('Cup');
  });

  it.each([
    { title: '' },
    { title: 'x'.repeat(256) },
    { title: 'line\nbreak' },
    { title: 'Cup', slug: 'Not A Slug' },
    { title: 'Cup', status: 'sold' },
    { title: 'Cup', tags: Array.from({ length: 251 }, () => 'tag') },
    { title: 'Cup', metadata: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, 'v'])) },
    { title: 'Cup', metadata: { nested: {} } },
    { title: 'Cup', media: [{ url: 'javascript:alert(1)' }] },
    { title: 'Cup', media: [{ url: 'http://127.0.0.1/' }] },
    { title: 'Cup', options: ['Size'] },
    { title: 'Cup', price: 1 },
  ])('is not made from %j', async (order) => {
    expect(outcome(await staff.post('/v1/catalog/products', order))).toBe('400 invalid_request');
  });
});

describe('a variant', () => {
  it('has an SKU and option values of its own, and prices in the currencies of the shop', async () => {
    const { path } = await newProduct({ options: [{ name: 'Size' }] });
    const sku = unique('SKU');
    const size = (value: string) => [{ name: 'Size', value }];
    const made = await staff.post(`${path}/variants`, {
      sku,
      options: size('S'),
      prices: [{ currency: 'EUR', amount: 500 }],
    });
    expect([made.status, made.body]).toMatchObject([201, { sku, prices: [{ currency: 'EUR', amount: 500 }] }]);
    const own = `/v1/catalog/variants/${idOf(made.body)}`;
    const refused: [Record<string, unknown>, string][] = [
      [{ sku, options: size('M') }, '409 sku_taken'],
      [{ options: size('S') }, '409 options_taken'],
      [{ options: [{ name: 'Colour', value: 'red' }] }, '422 options_mismatch'],
      [{ options: size('L'), prices: [{ currency: 'JPY', amount: 1 }] }, '422 currency_not_enabled'],
      [{ options: size('L'), prices: [{ currency: 'EUR', amount: -1 }] }, '400 invalid_request'],
      [{ options: size('L'), prices: [{ currency: 'EUR', amount: 1.5 }] }, '400 invalid_request'],
      [{ options: size('L'), weightGrams: -1 }, '400 invalid_request'],
    ];
    for (const [variant, refusal] of refused) {
      expect([variant, outcome(await staff.post(`${path}/variants`, variant))]).toEqual([variant, refusal]);
    }
    expect(idsOf((await storefront.get(`${path}/variants`)).body)).toEqual([idOf(made.body)]);
    expect(idsOf((await storefront.get(`/v1/catalog/variants?sku=${sku}`)).body)).toEqual([idOf(made.body)]);
    expect(idsOf((await storefront.get(`/v1/catalog/variants?sku=${sku}-none`)).body)).toEqual([]);

    expect(outcome(await staff.patch(own, { weightGrams: 10 }))).toBe('428 precondition_required');
    const changed = await staff.patch(own, { weightGrams: 10, sku: `${sku}-2` }, await current(own));
    expect(changed.body).toMatchObject({ weightGrams: 10, sku: `${sku}-2` });
    expect(outcome(await staff.patch(own, { weightGrams: 11 }, { 'if-match': '"v999"' }))).toBe('412 version_mismatch');
    expect(idsOf((await storefront.get(`/v1/catalog/variants?sku=${sku}`)).body)).toEqual([]);

    const prices = [{ currency: 'EUR', amount: 600, compareAt: 900 }];
    expect((await staff.put(`${own}/prices`, prices, await current(own))).status).toBe(200);
    expect((await storefront.get(own)).body).toMatchObject({ prices });
    const twice = [...prices, ...prices];
    expect(outcome(await staff.put(`${own}/prices`, twice, await current(own)))).toBe('400 invalid_request');

    expect(outcome(await staff.delete(own))).toBe('428 precondition_required');
    expect(outcome(await staff.delete(own, undefined, await current(own)))).toBe('204');
    expect((await storefront.get(own)).status).toBe(404);
    expect(outcome(await staff.post(`${path}/variants`, { sku: `${sku}-2`, options: size('S') }))).toBe('201');
  });
});

describe('categories', () => {
  const path = '/v1/catalog/categories';
  const make = async (name: string, parentId: string | null = null) =>
    idOf((await staff.post(path, { name, parentId })).body);

  it('are a tree in which names are unique among siblings', async () => {
    const root = await make(unique('root'));
    const child = await make('Cups', root);
    expect(outcome(await staff.post(path, { name: 'Cups', parentId: root }))).toBe('409 category_name_taken');
    expect(idsOf((await storefront.get(`${path}?parentId=${root}`)).body)).toEqual([child]);
    expect(idsOf((await storefront.get(`${path}?parentId=root&limit=100`)).body)).toContain(root);
    expect((await storefront.get(`${path}/${child}`)).body).toMatchObject({ name: 'Cups', parentId: root });
    const own = `${path}/${child}`;
    expect(outcome(await staff.patch(own, { name: 'Mugs' }))).toBe('428 precondition_required');
    expect((await staff.patch(own, { name: 'Mugs' }, await current(own))).body).toMatchObject({ name: 'Mugs' });

    const grandchild = await make('Small', child);
    expect(outcome(await staff.post(`${path}/${root}/move`, { parentId: grandchild }))).toBe('422 category_cycle');
    expect(outcome(await staff.post(`${path}/${root}/move`, { parentId: root }))).toBe('422 category_cycle');
    const nowhere = await staff.post(`${path}/${grandchild}/move`, { parentId: `cat_${'0'.repeat(26)}` });
    expect(outcome(nowhere)).toBe('422 unknown_category');
    const moved = await staff.post(`${path}/${grandchild}/move`, { parentId: root });
    expect([moved.status, moved.body]).toMatchObject([200, { parentId: root }]);

    const rootPath = `${path}/${root}`;
    const full = await staff.delete(rootPath, undefined, await current(rootPath));
    expect(outcome(full)).toBe('409 category_not_empty');
    for (const empty of [child, grandchild, root]) {
      const place = `${path}/${empty}`;
      expect(outcome(await staff.delete(place, undefined, await current(place)))).toBe('204');
      expect((await staff.get(place)).status).toBe(404);
    }
  });

  it('list the products that are in them', async () => {
    const category = await make(unique('shelf'));
    const { id } = await newProduct({ categoryIds: [category] });
    expect(idsOf((await storefront.get(`/v1/catalog/products?categoryId=${category}`)).body)).toEqual([id]);
    const other = await make(unique('shelf'));
    const moved = await staff.patch(`/v1/catalog/products/${id}`, { categoryIds: [other] }, { 'if-match': '"v1"' });
    expect([moved.status, moved.body]).toMatchObject([200, { categoryIds: [other] }]);
    expect(idsOf((await storefront.get(`/v1/catalog/products?categoryId=${category}`)).body)).toEqual([]);
    expect(idsOf((await storefront.get(`/v1/catalog/products?categoryId=${other}`)).body)).toEqual([id]);
    const unknown = { title: 'Cup', categoryIds: [`cat_${'0'.repeat(26)}`] };
    expect(outcome(await staff.post('/v1/catalog/products', unknown))).toBe('422 unknown_category');
  });
});

describe('an import', () => {
  it('starts when its file is there, and can be cancelled before that', async () => {
    const order = { format: 'shopify', filename: 'a.csv', size: 10, sha256: '0'.repeat(64) };
    const made = await staff.post('/v1/catalog/imports', order);
    const path = `/v1/catalog/imports/${idOf(made.body)}`;
    expect(outcome(await staff.post(`${path}/start`, {}))).toBe('409 upload_missing');
    expect((await staff.get(`${path}/rows`)).body).toMatchObject({ items: [], next: null });
    expect(outcome(await staff.post(`${path}/cancel`))).toBe('202');
    expect((await staff.get(path)).body).toMatchObject({ status: 'cancelled' });
    expect(outcome(await staff.post(`/v1/catalog/imports/imp_${'0'.repeat(26)}/cancel`))).toMatch(/^404 /);
    for (const wrong of [{ format: 'xml' }, { size: 0 }, { size: 1e12 }, { sha256: 'x' }, { filename: '' }]) {
      expect(outcome(await staff.post('/v1/catalog/imports', { ...order, ...wrong }))).toBe('400 invalid_request');
    }
  });
});
