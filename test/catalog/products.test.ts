import { describe, expect, test } from 'vitest';
import { createProduct, createProductRoute } from '../../functions/catalog/create-product.ts';
import { createVariant, createVariantRoute } from '../../functions/catalog/create-variant.ts';
import { deleteProduct, deleteProductRoute } from '../../functions/catalog/delete-product.ts';
import { deleteTranslation, deleteTranslationRoute } from '../../functions/catalog/delete-translation.ts';
import { getProduct, getProductRoute } from '../../functions/catalog/get-product.ts';
import { getProductBySlug, getProductBySlugRoute } from '../../functions/catalog/get-product-by-slug.ts';
import { categoryId } from '../../functions/catalog/ids.ts';
import { NewProduct, ProductPatch } from '../../functions/catalog/model.ts';
import { listProducts, listProductsRoute } from '../../functions/catalog/list-products.ts';
import { setTranslation, setTranslationRoute } from '../../functions/catalog/set-translation.ts';
import { updateProduct, updateProductRoute } from '../../functions/catalog/update-product.ts';
import { fileId } from '../../functions/storage/ids.ts';
import { asked, memoryCatalog, OTHER_SHOP, publishableKey, secretKey, tickingClock } from './fixtures.ts';

const CUP = fileId.derive('cup');
const GONE = fileId.derive('gone');

const shop = () => {
  const { products } = memoryCatalog();
  const described = {
    id: CUP,
    name: 'cup.png',
    contentType: 'image/png',
    size: 3,
    url: `/v1/storage/public/${CUP}/cup.png`,
  };
  const deps = {
    products,
    now: tickingClock(),
    askFiles: async (_: unknown, { fileIds }: { readonly fileIds: readonly string[] }) => ({
      files: fileIds.includes(CUP) ? [described] : [],
    }),
  };
  return {
    create: (body: unknown, key = 'key-1', caller = secretKey()) =>
      createProduct(deps)(asked(createProductRoute, { body, key, caller })),
    update: (productId: string, body: unknown, ifMatch?: number) =>
      updateProduct(deps)(
        asked(updateProductRoute, { params: { productId }, body, ...(ifMatch === undefined ? {} : { ifMatch }) }),
      ),
    remove: (productId: string, ifMatch: number) =>
      deleteProduct(deps)(asked(deleteProductRoute, { params: { productId }, ifMatch })),
    get: (productId: string, query: unknown = {}, caller: Parameters<typeof asked>[1] = {}) =>
      getProduct(deps)(asked(getProductRoute, { params: { productId }, query, ...caller })),
    bySlug: (slug: string, caller: Parameters<typeof asked>[1] = {}) =>
      getProductBySlug(deps)(asked(getProductBySlugRoute, { params: { slug }, ...caller })),
    list: (query: unknown = {}, caller: Parameters<typeof asked>[1] = {}) =>
      listProducts(deps)(asked(listProductsRoute, { query, ...caller })),
    translate: (productId: string, locale: string, body: unknown, ifMatch: number) =>
      setTranslation(deps)(asked(setTranslationRoute, { params: { productId, locale }, body, ifMatch })),
    untranslate: (productId: string, locale: string, ifMatch: number) =>
      deleteTranslation(deps)(asked(deleteTranslationRoute, { params: { productId, locale }, ifMatch })),
    addVariant: (productId: string, body: unknown, key: string) =>
      createVariant(deps)(asked(createVariantRoute, { params: { productId }, body, key })),
  };
};
const shopper = { caller: publishableKey() };

describe('creating a product', () => {
  test('needs a title only; the slug comes from it and it starts as a draft', async () => {
    const { body, version, location } = await shop().create({ title: '  Crème brûlée set, 4 pieces ' });
    expect(body).toMatchObject({
      title: 'Crème brûlée set, 4 pieces',
      slug: 'creme-brulee-set-4-pieces',
      status: 'draft',
      taxCategory: 'standard',
      version: 1,
      variants: [],
    });
    expect(version).toBe(1);
    expect(location).toBe(`/v1/catalog/products/${body.id}`);
  });

  test('gives a slug from a title an ending when another product has it, but never changes one that was asked for', async () => {
    const { create } = shop();
    const first = await create({ title: 'Mug' }, 'key-1');
    const second = await create({ title: 'Mug' }, 'key-2');
    expect(first.body.slug).toBe('mug');
    expect(second.body.slug).toBe(`mug-${second.body.id.slice(-6)}`);
    await expect(create({ title: 'Mug', slug: 'mug' }, 'key-3')).rejects.toMatchObject({ code: 'slug_taken' });
  });

  test('is done once per key: a replay answers the same product, another body is refused', async () => {
    const { create, list } = shop();
    const first = await create({ title: 'Mug' });
    const again = await create({ title: 'Mug' });
    expect(again.body.id).toBe(first.body.id);
    expect(again.replayed).toBe(true);
    await expect(create({ title: 'Cup' })).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    expect((await list()).body.items).toHaveLength(1);
  });

  test('does not bring a product back that was deleted since', async () => {
    const { create, remove } = shop();
    const { body } = await create({ title: 'Mug' });
    await remove(body.id, 1);
    await expect(create({ title: 'Mug' })).rejects.toMatchObject({ code: 'conflict' });
  });

  test('refuses a category that does not exist', async () => {
    const categoryIds = [categoryId.derive('nowhere')];
    await expect(shop().create({ title: 'Mug', categoryIds })).rejects.toMatchObject({ code: 'unknown_category' });
  });

  test.each([
    [{ title: '' }],
    [{ title: 'a'.repeat(256) }],
    [{ title: 'a\u0000b' }],
    [{ title: 'Mug', slug: 'Not A Slug' }],
    [{ title: 'Mug', slug: 'a#b' }],
    [{ title: 'Mug', status: 'deleted' }],
    [{ title: 'Mug', price: 5 }],
    [{ title: 'Mug', media: [{ url: 'javascript:alert(1)' }] }],
    [{ title: 'Mug', options: [{ name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'd' }] }],
    [{ title: 'Mug', metadata: Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, 'v'])) }],
  ])('refuses %j', (body) => {
    expect(NewProduct.safeParse(body).success).toBe(false);
  });
});

describe('changing a product', () => {
  test('changes what is named and nothing else', async () => {
    const { create, update } = shop();
    const { body: before } = await create({
      title: 'Mug',
      vendor: 'Kiln',
      tags: ['a', 'b'],
      seo: { title: 'T', description: 'D' },
      metadata: { a: '1', b: '2' },
    });
    const { body: after, version } = await update(
      before.id,
      { seo: { title: null }, metadata: { a: null, c: '3' } },
      1,
    );
    expect(version).toBe(2);
    expect(after).toEqual({
      ...before,
      seo: { title: null, description: 'D' },
      metadata: { b: '2', c: '3' },
      version: 2,
      updatedAt: after.updatedAt,
    });
    expect(after.updatedAt > before.updatedAt).toBe(true);
  });

  test('an empty patch means no default of a new product', () => {
    expect(ProductPatch.parse({})).toEqual({});
  });

  test('of another version than the current one is refused and changes nothing', async () => {
    const { create, update, get } = shop();
    const { body } = await create({ title: 'Mug' });
    await update(body.id, { title: 'Cup' }, 1);
    await expect(update(body.id, { title: 'Late' }, 1)).rejects.toMatchObject({ code: 'version_mismatch' });
    expect((await get(body.id)).body.title).toBe('Cup');
  });

  test('that changes nothing makes no new version', async () => {
    const { create, update } = shop();
    const { body } = await create({ title: 'Mug' });
    expect((await update(body.id, { title: 'Mug' }, 1)).body).toEqual(body);
  });

  test('of the slug leaves the old one leading to it, and the answer names the new one', async () => {
    const { create, update, bySlug } = shop();
    const { body } = await create({ title: 'Mug', status: 'active' });
    await update(body.id, { slug: 'beaker' }, 1);
    expect((await bySlug('mug', shopper)).body).toMatchObject({ id: body.id, slug: 'beaker' });
  });

  test('may rename options, but not change their number while there are variants', async () => {
    const { create, update, addVariant } = shop();
    const { body } = await create({ title: 'Shirt', options: [{ name: 'Size' }] });
    await addVariant(body.id, { options: [{ name: 'Size', value: 'S' }] }, 'v1');
    const { body: renamed } = await update(body.id, { options: [{ name: 'Grösse' }] }, 1);
    expect(renamed.variants[0]?.options).toEqual([{ name: 'Grösse', value: 'S' }]);
    await expect(update(body.id, { options: [] }, 2)).rejects.toMatchObject({ code: 'options_in_use' });
  });

  test('that does not exist, or is another shop’s, is not found', async () => {
    const { create, update } = shop();
    const { body } = await create({ title: 'Mug' }, 'key-1', secretKey(OTHER_SHOP));
    await expect(update(body.id, { title: 'Cup' }, 1)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('beyond what one item holds is refused', async () => {
    const { create, update, get } = shop();
    const text = 'ä'.repeat(50_000);
    const { body } = await create({ title: 'Mug', descriptionHtml: text });
    const huge = Array.from({ length: 100 }, (_, at) => ({ url: `https://example.com/${at}/${'x'.repeat(1970)}` }));
    await expect(update(body.id, { media: huge }, 1)).rejects.toMatchObject({ code: 'too_large' });
    expect((await get(body.id)).body.media).toEqual([]);
  });
});

describe('deleting a product', () => {
  test('needs the current version, and then it is gone', async () => {
    const { create, update, remove, get, create: again } = shop();
    const { body } = await create({ title: 'Mug' });
    await update(body.id, { title: 'Cup' }, 1);
    await expect(remove(body.id, 1)).rejects.toMatchObject({ code: 'version_mismatch' });
    await remove(body.id, 2);
    await expect(get(body.id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(remove(body.id, 2)).rejects.toMatchObject({ code: 'not_found' });
    expect((await again({ title: 'Mug' }, 'key-2')).body.slug).toBe('mug');
  });

  test('works for one with 100 SKUs', async () => {
    const { create, addVariant, remove, get } = shop();
    const { body } = await create({ title: 'Shirt', options: [{ name: 'Size' }] });
    for (let at = 0; at < 100; at += 1) {
      await addVariant(body.id, { sku: `S-${at}`, options: [{ name: 'Size', value: `${at}` }] }, `v${at}`);
    }
    await remove(body.id, 1);
    await expect(get(body.id)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a storefront', () => {
  test('sees active products only, by id, slug, old slug, list and ids', async () => {
    const { create, update, get, bySlug, list } = shop();
    const { body: draft } = await create({ title: 'Draft', metadata: { cost: '5' } }, 'key-1');
    const { body: active } = await create({ title: 'Active', status: 'active', metadata: { cost: '7' } }, 'key-2');
    await update(draft.id, { slug: 'hidden' }, 1);
    for (const slug of ['draft', 'hidden'])
      await expect(bySlug(slug, shopper)).rejects.toMatchObject({ code: 'not_found' });
    await expect(get(draft.id, {}, shopper)).rejects.toMatchObject({ code: 'not_found' });
    for (const query of [{}, { status: 'active' }, { ids: `${draft.id},${active.id}` }, { sort: 'title' }]) {
      expect((await list(query, shopper)).body.items.map(({ id }) => id)).toEqual([active.id]);
    }
    expect((await list({ status: 'draft' }, shopper)).body.items).toEqual([]);
    expect((await list({})).body.items).toHaveLength(2);
    const { body: shown } = await get(active.id, {}, shopper);
    expect(shown).not.toHaveProperty('metadata');
    expect(shown).not.toHaveProperty('translations');
    expect((await get(active.id)).body.metadata).toEqual({ cost: '7' });
  });

  test('is shown its language, a language without region, or the shop’s own', async () => {
    const { create, translate, untranslate, get, list } = shop();
    const { body } = await create({ title: 'Mug', descriptionHtml: 'Round', status: 'active' });
    await translate(body.id, 'de', { title: 'Becher' }, 1);
    const german = { title: 'Becher', descriptionHtml: 'Round' };
    expect((await get(body.id, { locale: 'de' }, shopper)).body).toMatchObject(german);
    expect((await get(body.id, { locale: 'de-AT' }, shopper)).body).toMatchObject(german);
    expect((await get(body.id, { locale: 'fr' }, shopper)).body.title).toBe('Mug');
    expect((await list({ locale: 'de' }, shopper)).body.items[0]?.title).toBe('Becher');
    await untranslate(body.id, 'de', 2);
    expect((await get(body.id, { locale: 'de' }, shopper)).body.title).toBe('Mug');
    await expect(untranslate(body.id, 'de', 3)).rejects.toMatchObject({ code: 'not_found' });
    await expect(translate(body.id, 'fr', { title: 'Tasse' }, 3)).rejects.toMatchObject({ code: 'locale_not_enabled' });
  });

  test('sees the range of prices over the variants, per currency', async () => {
    const { create, addVariant, list } = shop();
    const { body } = await create({ title: 'Shirt', status: 'active', options: [{ name: 'Size' }] });
    const prices = (eur: number, jpy: number) => [
      { currency: 'EUR', amount: eur },
      { currency: 'JPY', amount: jpy },
    ];
    await addVariant(body.id, { options: [{ name: 'Size', value: 'S' }], prices: prices(1200, 2000) }, 'v1');
    await addVariant(body.id, { options: [{ name: 'Size', value: 'L' }], prices: prices(1000, 2500) }, 'v2');
    expect((await list({}, shopper)).body.items[0]?.prices).toEqual([
      { currency: 'EUR', from: 1000, to: 1200 },
      { currency: 'JPY', from: 2000, to: 2500 },
    ]);
    expect((await list({ currency: 'JPY' }, shopper)).body.items[0]?.prices).toHaveLength(1);
  });
});

describe('a list', () => {
  test('goes on with its cursor, which is of no use for another filter or shop', async () => {
    const { create, list } = shop();
    for (const at of [1, 2, 3]) await create({ title: `Mug ${at}` }, `key-${at}`);
    const { body: first } = await list({ limit: '2' });
    expect(first.items.map(({ title }) => title)).toEqual(['Mug 3', 'Mug 2']);
    const { body: second } = await list({ limit: '2', cursor: first.next });
    expect(second).toMatchObject({ items: [{ title: 'Mug 1' }], next: null });
    await expect(list({ cursor: first.next, status: 'draft' })).rejects.toMatchObject({ code: 'invalid_cursor' });
    const elsewhere = { caller: secretKey(OTHER_SHOP) };
    await expect(list({ cursor: first.next }, elsewhere)).rejects.toMatchObject({ code: 'invalid_cursor' });
  });

  test('refuses the combinations that no index answers', async () => {
    const { list } = shop();
    const id = categoryId.derive('x');
    for (const query of [
      { updatedSince: '2026-01-01T00:00:00Z', sort: 'title' },
      { categoryId: id, sort: 'updated' },
      { categoryId: id, sort: '-title' },
      { categoryId: id, updatedSince: '2026-01-01T00:00:00Z' },
    ]) {
      await expect(list(query)).rejects.toMatchObject({ code: 'invalid_request' });
    }
  });
});

describe('a picture of a product', () => {
  test('that is a file of the shop has the file’s public address, also when it is sent back as it was read', async () => {
    const { create, update } = shop();
    const url = `/v1/storage/public/${CUP}/cup.png`;
    const linked = { url: 'https://pictures.example/a.png', alt: '' };
    const { body } = await create({ title: 'Cup', media: [{ fileId: CUP, alt: 'A cup' }, linked] });
    expect(body.media).toEqual([{ fileId: CUP, url, alt: 'A cup' }, linked]);
    const again = await update(body.id, { media: body.media }, 1);
    expect(again.body.media).toEqual(body.media);
  });

  test('is never a file that the shop does not show', async () => {
    const { create, update } = shop();
    const refusal = { status: 422, code: 'unknown_file', errors: [{ path: 'body.media.0.fileId' }] };
    await expect(create({ title: 'Cup', media: [{ fileId: GONE }] })).rejects.toMatchObject(refusal);
    const { body } = await create({ title: 'Cup' });
    await expect(update(body.id, { media: [{ fileId: GONE }] }, 1)).rejects.toMatchObject(refusal);
  });
});
