import { beforeEach, describe, expect, test } from 'vitest';
import { categoryId, productId } from '../../functions/catalog/ids.ts';
import type { ListFilter, OpenProductStore, ProductStore } from '../../functions/catalog/product-store.ts';
import type { ProductState } from '../../functions/catalog/product-state.ts';
import { OTHER_SHOP, productNamed, revised, SHOP, stampAt, variantOf } from './fixtures.ts';

const SAVED = { outcome: 'saved' };
const EVERY: ListFilter = { statuses: ['draft', 'active', 'archived'], sort: '-created' };

const save = async (store: ProductStore, ...states: readonly ProductState[]) =>
  store.apply(states.map((after) => ({ before: undefined, after })));
const replace = async (store: ProductStore, before: ProductState, after: ProductState) =>
  (await store.apply([{ before, after }]))[0];
const tombstone = ({ id, version }: ProductState) => {
  const { now: deletedAt, actor, traceId } = stampAt('2026-03-02T10:00:00.000Z');
  return { id, version: version + 1, deletedAt, actor, traceId };
};
const slugs = (states: readonly { readonly slug: string }[]) => states.map(({ slug }) => slug);

/** What every product store promises. */
export const productStoreContract = (open: () => Promise<OpenProductStore>): void => {
  let store: ProductStore;
  let other: ProductStore;
  beforeEach(async () => {
    const opened = await open();
    store = opened(SHOP);
    other = opened(OTHER_SHOP);
  });

  describe('a product', () => {
    test('is found by its id, its slug, its SKU and the ids of its variants, with everything that was saved', async () => {
      const plain = productNamed('mug');
      const product = { ...plain, variants: [variantOf(plain.id, 'blue', { sku: 'MUG#1' })] };
      expect(await save(store, product)).toEqual([SAVED]);

      expect(await store.find(product.id, { consistent: true })).toEqual(product);
      expect(await store.findBySlug('mug')).toEqual(product);
      expect(await store.findBySku('MUG#1')).toEqual(product);
      expect(await store.find(product.variants[0]?.id ?? product.id)).toEqual(product);
      expect(await store.findMany([productId.derive('nobody'), product.id])).toEqual([product]);
      expect(await store.findManyBySlug(['mug', 'cup'])).toEqual(new Map([['mug', product]]));
      expect(await store.holdersOfSkus(['MUG#1', 'MUG'])).toEqual(new Map([['MUG#1', product.id]]));
    });

    test('is not seen by another tenant, who may use the same slug, SKU and id', async () => {
      const product = { ...productNamed('mug'), variants: [variantOf(productNamed('mug').id, 'blue', { sku: 'M' })] };
      await save(store, product);
      expect(await other.find(product.id)).toBeUndefined();
      expect(await other.findBySlug('mug')).toBeUndefined();
      expect(await other.findBySku('M')).toBeUndefined();
      expect((await other.list(EVERY, 20, undefined)).items).toEqual([]);
      expect(await save(other, product)).toEqual([SAVED]);
    });

    test('cannot be created twice, and the second try is shown what is there', async () => {
      const product = productNamed('mug');
      await save(store, product);
      expect(await save(store, { ...product, title: 'Other' })).toEqual([{ outcome: 'exists', product }]);
    });

    test('is not written over a newer state', async () => {
      const first = productNamed('mug');
      await save(store, first);
      const second = revised(first, { title: 'Second' });
      expect(await replace(store, first, second)).toEqual(SAVED);
      expect(await replace(store, first, revised(first, { title: 'Late' }))).toEqual({ outcome: 'stale' });
      expect((await store.find(first.id))?.title).toBe('Second');
    });

    test('with a category that must exist is refused when there is none', async () => {
      const missing = categoryId.derive('nowhere');
      const after = productNamed('mug', { categoryIds: [missing] });
      const outcomes = await store.apply([{ before: undefined, after, mustExist: [missing] }]);
      expect(outcomes).toEqual([{ outcome: 'category_missing', categoryId: missing }]);
      expect(await store.findBySlug('mug')).toBeUndefined();
    });
  });

  describe('slugs', () => {
    test('belong to one product, and nothing of a refused product is kept', async () => {
      const mug = productNamed('mug');
      await save(store, mug);
      const thief = {
        ...productNamed('thief'),
        slug: 'mug',
        variants: [variantOf(productNamed('thief').id, 'v', { sku: 'T' })],
      };
      expect(await save(store, thief)).toEqual([{ outcome: 'slug_taken', slug: 'mug', holder: mug.id }]);
      expect(await store.find(thief.id)).toBeUndefined();
      expect(await store.findBySku('T')).toBeUndefined();
      expect((await store.list(EVERY, 20, undefined)).items).toHaveLength(1);
    });

    test('of the past still lead to the product, and to no other one', async () => {
      const first = productNamed('mug');
      const second = revised(first, { slug: 'cup' });
      const third = revised(second, { slug: 'beaker' });
      await save(store, first);
      await replace(store, first, second);
      await replace(store, second, third);
      for (const slug of ['mug', 'cup', 'beaker']) expect((await store.findBySlug(slug))?.slug).toBe('beaker');
      expect(await save(store, { ...productNamed('new'), slug: 'mug' })).toEqual([
        { outcome: 'slug_taken', slug: 'mug', holder: first.id },
      ]);
    });

    test('can be taken up again by the product that had them', async () => {
      const first = productNamed('mug');
      const second = revised(first, { slug: 'cup' });
      const third = revised(second, { slug: 'mug' });
      await save(store, first);
      await replace(store, first, second);
      expect(await replace(store, second, third)).toEqual(SAVED);
      expect((await store.findBySlug('mug'))?.slug).toBe('mug');
      expect((await store.findBySlug('cup'))?.slug).toBe('mug');
    });

    test('that are too old are free again', async () => {
      let product = productNamed('slug-0');
      await save(store, product);
      expect((await store.findBySlug('slug-0'))?.id).toBe(product.id);
      for (let index = 1; index <= 21; index += 1) {
        const next = revised(product, { slug: `slug-${index}` });
        await replace(store, product, next);
        product = next;
      }
      expect((await store.findBySlug('slug-1'))?.slug).toBe('slug-21');
      expect(await store.findBySlug('slug-0')).toBeUndefined();
      expect(await save(store, { ...productNamed('new'), slug: 'slug-0' })).toEqual([SAVED]);
      expect((await store.findBySlug('slug-0'))?.id).toBe(productNamed('new').id);
    });
  });

  describe('SKUs', () => {
    test('belong to one variant in the shop', async () => {
      const mug = { ...productNamed('mug'), variants: [variantOf(productNamed('mug').id, 'v', { sku: 'A' })] };
      const cup = { ...productNamed('cup'), variants: [variantOf(productNamed('cup').id, 'v', { sku: 'A' })] };
      await save(store, mug);
      expect(await save(store, cup)).toEqual([{ outcome: 'sku_taken', sku: 'A', holder: mug.id }]);
    });

    test('that a variant gives up can be used by another product', async () => {
      const mug = { ...productNamed('mug'), variants: [variantOf(productNamed('mug').id, 'v', { sku: 'A' })] };
      const cup = { ...productNamed('cup'), variants: [variantOf(productNamed('cup').id, 'v', { sku: 'A' })] };
      await save(store, mug);
      await replace(store, mug, revised(mug, { variants: [variantOf(mug.id, 'v', { sku: 'B' })] }));
      expect(await save(store, cup)).toEqual([SAVED]);
      expect((await store.findBySku('A'))?.id).toBe(cup.id);
      expect((await store.findBySku('B'))?.id).toBe(mug.id);
    });
  });

  describe('several changes at once', () => {
    test('are each done or refused by themselves, in any number', async () => {
      await save(store, productNamed('p-17'));
      const states = Array.from({ length: 60 }, (_, index) => productNamed(`p-${index}`));
      const outcomes = await store.apply(states.map((after) => ({ before: undefined, after })));
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(
        states.map((_, index) => (index === 17 ? 'exists' : 'saved')),
      );
      expect((await store.list(EVERY, 100, undefined)).items).toHaveLength(60);
    });

    test('of 100 variants with SKUs each are done, when they are new and when all of them change', async () => {
      const many = (name: string, from: number) => {
        const { id } = productNamed(name);
        return Array.from({ length: 100 }, (_, at) =>
          variantOf(id, `v${at}`, { sku: `${name}-${at + from}`, values: [`${at}`] }),
        );
      };
      const before = { ...productNamed('large'), variants: many('large', 0) };
      const [first, second] = await save(store, productNamed('small'), before);
      expect([first, second]).toEqual([SAVED, SAVED]);
      const stored = await store.find(before.id);
      if (stored === undefined) throw new Error('nothing was stored');
      expect({ ...stored, revision: 1 }).toEqual(before);
      const after = revised(stored, { variants: many('large', 50).slice(10), title: 'New' });
      expect(await replace(store, stored, after)).toEqual(SAVED);
      const changed = await store.find(before.id);
      expect({ ...changed, revision: after.revision }).toEqual(after);
      expect(await store.holdersOfSkus(['large-0', 'large-59', 'large-60', 'large-149'])).toEqual(
        new Map([
          ['large-60', before.id],
          ['large-149', before.id],
        ]),
      );
    });

    test('that want one SKU or slug give it to the first', async () => {
      const states = ['a', 'b', 'c'].map((name) => {
        const product = productNamed(name);
        return { ...product, variants: [variantOf(product.id, 'v', { sku: 'SAME' })] };
      });
      const outcomes = await save(store, ...states, { ...productNamed('d'), slug: 'a' });
      const { id: holder } = productNamed('a');
      expect(outcomes).toEqual([
        SAVED,
        { outcome: 'sku_taken', sku: 'SAME', holder },
        { outcome: 'sku_taken', sku: 'SAME', holder },
        { outcome: 'slug_taken', slug: 'a', holder },
      ]);
    });
  });

  describe('a deleted product', () => {
    test('is gone from everywhere, and its slugs and SKUs are free', async () => {
      const first = { ...productNamed('mug'), variants: [variantOf(productNamed('mug').id, 'v', { sku: 'A' })] };
      const second = revised(first, { slug: 'cup' });
      await save(store, first);
      await replace(store, first, second);
      expect(await store.remove(second, tombstone(second))).toBe(true);

      expect(await store.find(first.id)).toBeUndefined();
      for (const slug of ['mug', 'cup']) expect(await store.findBySlug(slug)).toBeUndefined();
      expect(await store.findBySku('A')).toBeUndefined();
      expect((await store.list(EVERY, 20, undefined)).items).toEqual([]);
      const heir = {
        ...productNamed('heir'),
        slug: 'mug',
        variants: [variantOf(productNamed('heir').id, 'v', { sku: 'A' })],
      };
      expect(await save(store, heir)).toEqual([SAVED]);
      expect((await store.findBySlug('mug'))?.id).toBe(heir.id);
    });

    test('cannot be created again under its id, nor be deleted in another state than it is in', async () => {
      const product = productNamed('mug');
      await save(store, product);
      const next = revised(product, { title: 'New' });
      await replace(store, product, next);
      expect(await store.remove(product, tombstone(product))).toBe(false);
      expect(await store.remove(next, tombstone(next))).toBe(true);
      expect(await store.remove(next, tombstone(next))).toBe(false);
      expect(await save(store, product)).toEqual([{ outcome: 'exists', product: undefined }]);
      expect(await replace(store, next, revised(next, { title: 'Undead' }))).toEqual({ outcome: 'stale' });
    });

    test('may have had 60 SKUs, 20 old slugs and 10 categories', async () => {
      const plain = productNamed('mug', {
        categoryIds: Array.from({ length: 10 }, (_, at) => categoryId.derive(`${at}`)),
      });
      const variants = Array.from({ length: 60 }, (_, at) => variantOf(plain.id, `v${at}`, { sku: `S${at}` }));
      const product = { ...plain, variants, oldSlugs: Array.from({ length: 20 }, (_, at) => `old-${at}`) };
      expect(await save(store, product)).toEqual([SAVED]);
      const stored = (await store.find(product.id)) ?? product;
      expect(await store.remove(stored, tombstone(stored))).toBe(true);
      expect(await store.holdersOfSkus(['S0', 'S59'])).toEqual(new Map());
    });
  });

  describe('lists', () => {
    const bags = categoryId.derive('bags');
    const states = [
      productNamed('c', { title: 'cup', status: 'active', at: '2026-03-01T10:00:00.000Z', categoryIds: [bags] }),
      productNamed('a', { title: 'Apron blue', status: 'active', at: '2026-03-01T10:00:00.000Z' }),
      productNamed('b', { title: 'Apron', status: 'draft', at: '2026-03-03T10:00:00.000Z', categoryIds: [bags] }),
      productNamed('d', { title: 'Éclair', status: 'active', at: '2026-03-02T10:00:00.000Z', categoryIds: [bags] }),
      productNamed('e', { title: 'dish', status: 'archived', at: '2026-02-01T10:00:00.000Z' }),
    ];

    const walk = async (filter: ListFilter, limit: number): Promise<string[]> => {
      const seen: string[] = [];
      let from: { after: string } | undefined;
      for (let pages = 0; pages < 20; pages += 1) {
        const page = await store.list(filter, limit, from);
        expect(page.items.length).toBeLessThanOrEqual(limit);
        seen.push(...slugs(page.items));
        from = page.next;
        if (from === undefined) return seen;
      }
      throw new Error('the list has no end');
    };

    test.each([1, 2, 3, 5, 20])('give each product once in pages of %i, also where times are equal', async (limit) => {
      await save(store, ...states);
      const newest = await walk({ ...EVERY, sort: '-created' }, limit);
      expect(newest.filter((slug) => slug !== 'a' && slug !== 'c')).toEqual(['b', 'd', 'e']);
      expect(newest.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect(await walk({ ...EVERY, sort: 'created' }, limit)).toEqual(newest.toReversed());
      expect(await walk({ ...EVERY, sort: 'title' }, limit)).toEqual(['b', 'a', 'c', 'e', 'd']);
      expect(await walk({ ...EVERY, sort: '-title' }, limit)).toEqual(['d', 'e', 'c', 'a', 'b']);
    });

    test('keep to statuses and categories', async () => {
      await save(store, ...states);
      expect((await walk({ statuses: ['active'], sort: 'title' }, 2)).join()).toBe('a,c,d');
      expect(await walk({ statuses: ['draft', 'active'], sort: '-created', categoryId: bags }, 1)).toEqual([
        'b',
        'd',
        'c',
      ]);
      expect(await walk({ statuses: ['archived'], sort: 'created', categoryId: bags }, 2)).toEqual([]);
      expect(await walk({ statuses: [], sort: 'created' }, 2)).toEqual([]);
    });

    test('follow a product whose title, status, category or time of update changes', async () => {
      await save(store, ...states);
      const [cup] = states;
      if (cup === undefined) throw new Error('no cup');
      const other = categoryId.derive('other');
      const moved = revised(cup, { title: 'Zebra', status: 'draft', categoryIds: [other] }, '2026-03-09T10:00:00.000Z');
      await replace(store, cup, moved);
      expect(await walk({ statuses: ['active'], sort: 'title' }, 2)).toEqual(['a', 'd']);
      expect(await walk({ ...EVERY, sort: 'title' }, 2)).toEqual(['b', 'a', 'e', 'd', 'c']);
      expect(await walk({ ...EVERY, categoryId: bags }, 2)).toEqual(['b', 'd']);
      expect(await walk({ ...EVERY, categoryId: other }, 2)).toEqual(['c']);
      expect(await walk({ ...EVERY, sort: 'updated', updatedSince: '2026-03-03T10:00:00.000Z' }, 1)).toEqual([
        'b',
        'c',
      ]);
      expect(await walk({ ...EVERY, sort: '-updated', updatedSince: '2026-03-03T10:00:00.000Z' }, 1)).toEqual([
        'c',
        'b',
      ]);
    });
  });
};
