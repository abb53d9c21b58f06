import { describe, expect, test } from 'vitest';
import { createProduct, createProductRoute } from '../../functions/catalog/create-product.ts';
import { createVariant, createVariantRoute } from '../../functions/catalog/create-variant.ts';
import { deleteVariant, deleteVariantRoute } from '../../functions/catalog/delete-variant.ts';
import { findVariants, findVariantsRoute } from '../../functions/catalog/find-variants.ts';
import { getVariant, getVariantRoute } from '../../functions/catalog/get-variant.ts';
import { listVariants, listVariantsRoute } from '../../functions/catalog/list-variants.ts';
import { locatorOf, ProductId, variantId, VariantId } from '../../functions/catalog/ids.ts';
import { Prices } from '../../functions/catalog/model.ts';
import { setPrices, setPricesRoute } from '../../functions/catalog/set-prices.ts';
import { updateProduct, updateProductRoute } from '../../functions/catalog/update-product.ts';
import { updateVariant, updateVariantRoute } from '../../functions/catalog/update-variant.ts';
import { asked, memoryCatalog, OTHER_SHOP, publishableKey, secretKey, tickingClock } from './fixtures.ts';

const shirt = async (status = 'active', options = [{ name: 'Size' }, { name: 'Colour' }]) => {
  const { products } = memoryCatalog();
  const deps = { products, now: tickingClock(), askFiles: async () => ({ files: [] }) };
  const { body: product } = await createProduct(deps)(
    asked(createProductRoute, { body: { title: 'Shirt', status, options } }),
  );
  const productId = product.id;
  return {
    product,
    add: (body: unknown, key: string) =>
      createVariant(deps)(asked(createVariantRoute, { params: { productId }, body, key })),
    rename: (title: string, ifMatch: number) =>
      updateProduct(deps)(asked(updateProductRoute, { params: { productId }, body: { title }, ifMatch })),
    update: (id: string, body: unknown, ifMatch: number) =>
      updateVariant(deps)(asked(updateVariantRoute, { params: { variantId: id }, body, ifMatch })),
    price: (id: string, body: unknown, ifMatch: number) =>
      setPrices(deps)(asked(setPricesRoute, { params: { variantId: id }, body, ifMatch })),
    remove: (id: string, ifMatch: number) =>
      deleteVariant(deps)(asked(deleteVariantRoute, { params: { variantId: id }, ifMatch })),
    get: (id: string, caller: Parameters<typeof asked>[1] = {}) =>
      getVariant(deps)(asked(getVariantRoute, { params: { variantId: id }, ...caller })),
    find: (sku: string, caller: Parameters<typeof asked>[1] = {}) =>
      findVariants(deps)(asked(findVariantsRoute, { query: { sku }, ...caller })),
    list: (caller: Parameters<typeof asked>[1] = {}) =>
      listVariants(deps)(asked(listVariantsRoute, { params: { productId }, ...caller })),
  };
};
const options = (size: string, colour: string) => [
  { name: 'Size', value: size },
  { name: 'Colour', value: colour },
];
const shopper = { caller: publishableKey() };

describe('a variant', () => {
  test('is added to its product and found by its own id, by SKU and in the product', async () => {
    const { add, get, find, list, product } = await shirt();
    const { body, version, location } = await add(
      { sku: 'S-BLUE', options: options('S', 'blue'), weightGrams: 200 },
      'v1',
    );
    expect(body).toMatchObject({ productId: product.id, sku: 'S-BLUE', weightGrams: 200, taxable: true, version: 1 });
    expect([version, location]).toEqual([1, `/v1/catalog/variants/${body.id}`]);
    expect((await get(body.id)).body).toEqual(body);
    expect((await find('S-BLUE')).body.items).toEqual([body]);
    expect((await list()).body).toEqual({ items: [body], next: null });
    expect(locatorOf(VariantId.parse(body.id))).toBe(locatorOf(ProductId.parse(product.id)));
  });

  test('is added once per key, also when it was changed or deleted in between', async () => {
    const { add, update, remove, list } = await shirt();
    const { body } = await add({ options: options('S', 'blue') }, 'v1');
    await update(body.id, { sku: 'NEW' }, 1);
    const again = await add({ options: options('S', 'blue') }, 'v1');
    expect(again).toMatchObject({ replayed: true, body: { id: body.id, sku: 'NEW' } });
    await expect(add({ options: options('S', 'red') }, 'v1')).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    await remove(body.id, 2);
    await expect(add({ options: options('S', 'blue') }, 'v1')).rejects.toMatchObject({ code: 'conflict' });
    expect((await list()).body.items).toEqual([]);
  });

  test('names each option of its product once, and differs from every other variant', async () => {
    const { add, update } = await shirt();
    const { body: blue } = await add({ options: options('S', 'blue') }, 'v1');
    const { body: red } = await add({ options: options('S', 'red').toReversed() }, 'v2');
    expect(red.options).toEqual(options('S', 'red'));
    await expect(add({ options: options('s', 'BLUE') }, 'v3')).rejects.toMatchObject({ code: 'options_taken' });
    for (const wrong of [[], options('S', 'x').slice(1), [...options('S', 'x'), { name: 'Size', value: 'M' }]]) {
      await expect(add({ options: wrong }, 'v4')).rejects.toMatchObject({ code: 'options_mismatch' });
    }
    await expect(update(red.id, { options: options('S', 'blue') }, 1)).rejects.toMatchObject({ code: 'options_taken' });
    expect((await update(blue.id, { options: options('S', 'blue') }, 1)).body.version).toBe(1);
  });

  test('of a product without options stands alone', async () => {
    const { add } = await shirt('active', []);
    await add({ sku: 'ONLY' }, 'v1');
    await expect(add({ sku: 'SECOND' }, 'v2')).rejects.toMatchObject({ code: 'options_taken' });
  });

  test('has a SKU that no other variant has, not even of its own product', async () => {
    const { add, update } = await shirt();
    await add({ sku: 'A', options: options('S', 'blue') }, 'v1');
    const { body } = await add({ sku: 'B', options: options('S', 'red') }, 'v2');
    await expect(add({ sku: 'A', options: options('M', 'blue') }, 'v3')).rejects.toMatchObject({ code: 'sku_taken' });
    await expect(update(body.id, { sku: 'A' }, 1)).rejects.toMatchObject({ code: 'sku_taken' });
  });

  test('has company of 99 at most', async () => {
    const { add } = await shirt('active', [{ name: 'Size' }]);
    for (let at = 0; at < 100; at += 1) await add({ options: [{ name: 'Size', value: `${at}` }] }, `v${at}`);
    await expect(add({ options: [{ name: 'Size', value: 'x' }] }, 'x')).rejects.toMatchObject({
      code: 'too_many_variants',
    });
  });

  test('has a version of its own: a change of another variant does not make it stale', async () => {
    const { add, update, price, get } = await shirt();
    const { body: blue } = await add({ options: options('S', 'blue') }, 'v1');
    const { body: red } = await add({ options: options('S', 'red') }, 'v2');
    await update(red.id, { barcode: '123' }, 1);
    expect((await price(blue.id, [{ currency: 'EUR', amount: 995 }], 1)).version).toBe(2);
    await expect(price(blue.id, [], 1)).rejects.toMatchObject({ code: 'version_mismatch' });
    await expect(update(blue.id, { sku: 'X' }, 1)).rejects.toMatchObject({ code: 'version_mismatch' });
    expect((await get(blue.id)).body.prices).toEqual([{ currency: 'EUR', amount: 995, compareAt: null }]);
  });

  test('gets a new version when its product gets another title, because its events tell the title', async () => {
    const { add, rename, get } = await shirt();
    const { body } = await add({ options: options('S', 'blue') }, 'v1');
    await rename('Blouse', 1);
    expect((await get(body.id)).version).toBe(2);
  });

  test('of a product that is no longer active is hidden from storefronts', async () => {
    const { add, get, find, list } = await shirt('draft');
    const { body } = await add({ sku: 'A', options: options('S', 'blue') }, 'v1');
    await expect(get(body.id, shopper)).rejects.toMatchObject({ code: 'not_found' });
    await expect(list(shopper)).rejects.toMatchObject({ code: 'not_found' });
    expect((await find('A', shopper)).body.items).toEqual([]);
    expect((await find('A')).body.items).toHaveLength(1);
  });

  test('of another shop, or with an id that only begins like one of this product, is not found', async () => {
    const { add, get } = await shirt();
    const { body } = await add({ options: options('S', 'blue') }, 'v1');
    await expect(get(body.id, { caller: secretKey(OTHER_SHOP) })).rejects.toMatchObject({ code: 'not_found' });
    const lookalike = `${body.id.slice(0, -10)}${variantId.derive('x').slice(-10)}`;
    await expect(get(lookalike)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('prices', () => {
  test('are whole minor units of a currency that the shop sells in, one per currency', async () => {
    const { add, price } = await shirt();
    const { body } = await add({ options: options('S', 'blue') }, 'v1');
    await expect(price(body.id, [{ currency: 'USD', amount: 1 }], 1)).rejects.toMatchObject({
      code: 'currency_not_enabled',
    });
    for (const wrong of [
      [{ currency: 'EUR', amount: 1.5 }],
      [{ currency: 'EUR', amount: -1 }],
      [{ currency: 'XXX', amount: 1 }],
      [{ currency: 'EUR', amount: 1e12 }],
      [
        { currency: 'EUR', amount: 1 },
        { currency: 'EUR', amount: 2 },
      ],
    ]) {
      expect(Prices.safeParse(wrong).success).toBe(false);
    }
  });
});
