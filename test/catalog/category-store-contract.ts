import { beforeEach, describe, expect, test } from 'vitest';
import type { CategoryState } from '../../functions/catalog/category.ts';
import type { CategoryStore, OpenCategoryStore } from '../../functions/catalog/category-store.ts';
import { type CategoryId, categoryId } from '../../functions/catalog/ids.ts';
import type { OpenProductStore } from '../../functions/catalog/product-store.ts';
import { OTHER_SHOP, productNamed, SHOP, stampAt } from './fixtures.ts';

const SAVED = { outcome: 'saved' };
const { now } = stampAt('2026-03-01T10:00:00.000Z');

const category = (name: string, parentId: CategoryId | null = null, id = categoryId.derive(name)): CategoryState => ({
  id,
  version: 1,
  name,
  parentId,
  metadata: {},
  externalId: null,
  createdAt: now,
  updatedAt: now,
});
const next = (before: CategoryState, change: Partial<CategoryState>): CategoryState => ({
  ...before,
  ...change,
  version: before.version + 1,
});
const names = (categories: readonly CategoryState[]) => categories.map(({ name }) => name);

interface Stores {
  readonly categories: OpenCategoryStore;
  readonly products: OpenProductStore;
}

/** What every category store promises. */
export const categoryStoreContract = (open: () => Promise<Stores>): void => {
  let stores: Stores;
  let store: CategoryStore;
  beforeEach(async () => {
    stores = await open();
    store = stores.categories(SHOP);
  });

  describe('a category', () => {
    test('is found by its id, by name below its parent without regard to case, and in lists', async () => {
      const clothing = category('Clothing');
      const shirts = category('Shirts', clothing.id);
      expect([await store.create(clothing), await store.create(shirts)]).toEqual([SAVED, SAVED]);
      expect(await store.find(shirts.id)).toEqual(shirts);
      expect(
        await store.findChildren([
          { parentId: null, name: 'CLOTHING ' },
          { parentId: clothing.id, name: 'shirts' },
          { parentId: null, name: 'shirts' },
          { parentId: clothing.id, name: 'Shirts' },
        ]),
      ).toEqual([clothing.id, shirts.id, undefined, shirts.id]);
      expect((await store.children(null, 10, undefined)).items).toEqual([clothing]);
      expect((await store.children(clothing.id, 10, undefined)).items).toEqual([shirts]);
      expect((await store.list(10, undefined)).items).toHaveLength(2);
      expect((await stores.categories(OTHER_SHOP).list(10, undefined)).items).toEqual([]);
    });

    test('is listed in pages, children by name', async () => {
      for (const name of ['d', 'B', 'a', 'c']) await store.create(category(name));
      const seen: string[] = [];
      let from: { after: string } | undefined;
      do {
        const page = await store.children(null, 3, from);
        seen.push(...names(page.items));
        from = page.next;
      } while (from !== undefined);
      expect(seen).toEqual(['a', 'B', 'c', 'd']);
      const first = await store.list(3, undefined);
      const second = await store.list(3, first.next);
      expect(names([...first.items, ...second.items]).toSorted()).toEqual(['B', 'a', 'c', 'd']);
      expect(second.next).toBeUndefined();
    });

    test('needs a name of its own beside its siblings and a parent that exists', async () => {
      const clothing = category('Clothing');
      await store.create(clothing);
      const twin = category('clothing', null, categoryId.derive('twin'));
      expect(await store.create(twin)).toEqual({ outcome: 'name_taken' });
      expect(await store.create(category('Orphan', categoryId.derive('nobody')))).toEqual({
        outcome: 'parent_missing',
      });
      expect(await store.create(category('Clothing', clothing.id, categoryId.derive('inner')))).toEqual(SAVED);
      expect(await store.create({ ...clothing, name: 'Other' })).toEqual({ outcome: 'exists', category: clothing });
    });

    test('gives up its old name when it is renamed, also when only the case changes', async () => {
      const clothing = category('Clothing');
      const shoes = category('Shoes');
      await store.create(clothing);
      await store.create(shoes);
      expect(await store.save(clothing, next(clothing, { name: 'Shoes' }))).toEqual({ outcome: 'name_taken' });
      const upper = next(clothing, { name: 'CLOTHING' });
      expect(await store.save(clothing, upper)).toEqual(SAVED);
      expect(await store.save(clothing, next(clothing, { name: 'Late' }))).toEqual({ outcome: 'stale' });
      expect(await store.save(upper, next(upper, { name: 'Garments' }))).toEqual(SAVED);
      expect(await store.create(category('Clothing', null, categoryId.derive('new')))).toEqual(SAVED);
    });
  });

  describe('a move', () => {
    test('takes the name along and is refused when another move came in between', async () => {
      const [a, b, c] = [category('a'), category('b'), category('c')];
      for (const one of [a, b, c]) await store.create(one);
      const moves = await store.moves();
      expect(await store.move(a, next(a, { parentId: b.id }), moves)).toEqual(SAVED);
      expect(await store.move(c, next(c, { parentId: a.id }), moves)).toEqual({ outcome: 'stale' });
      expect((await store.find(c.id))?.parentId).toBeNull();
      expect(names((await store.children(b.id, 10, undefined)).items)).toEqual(['a']);
      expect(names((await store.children(null, 10, undefined)).items)).toEqual(['b', 'c']);
      const now = await store.moves();
      expect(now).not.toBe(moves);
      expect(await store.move(c, next(c, { parentId: categoryId.derive('x') }), now)).toEqual({
        outcome: 'parent_missing',
      });
      await store.create(category('a', c.id, categoryId.derive('other a')));
      const moved = next(a, { parentId: b.id });
      expect(await store.move(moved, next(moved, { parentId: c.id }), now)).toEqual({ outcome: 'name_taken' });
    });
  });

  describe('a category is deleted', () => {
    test('only when nothing is in it, and its name is free again', async () => {
      const [shoes, boots] = [category('Shoes'), category('Boots', categoryId.derive('Shoes'))];
      await store.create(shoes);
      await store.create(boots);
      expect(await store.remove(shoes)).toBe('not_empty');
      const product = productNamed('boot', { categoryIds: [boots.id], status: 'archived' });
      await stores.products(SHOP).apply([{ before: undefined, after: product, mustExist: [boots.id] }]);
      expect(await store.remove(boots)).toBe('not_empty');
      expect(await store.save(boots, next(boots, { name: 'High boots' }))).toEqual(SAVED);

      const { now: deletedAt, actor, traceId } = stampAt('2026-03-02T10:00:00.000Z');
      await stores.products(SHOP).remove(product, { id: product.id, version: 2, deletedAt, actor, traceId });
      expect(await store.remove(boots)).toBe('stale');
      expect(await store.remove(next(boots, { name: 'High boots' }))).toBe('removed');
      expect(await store.find(boots.id)).toBeUndefined();
      expect(await store.remove(shoes)).toBe('removed');
      expect(await store.create(category('Shoes', null, categoryId.derive('again')))).toEqual(SAVED);
    });

    test('and then nothing can be put into it', async () => {
      const shoes = category('Shoes');
      await store.create(shoes);
      await store.remove(shoes);
      const after = productNamed('boot', { categoryIds: [shoes.id] });
      const [outcome] = await stores.products(SHOP).apply([{ before: undefined, after, mustExist: [shoes.id] }]);
      expect(outcome).toEqual({ outcome: 'category_missing', categoryId: shoes.id });
      expect(await store.create(category('Boots', shoes.id))).toEqual({ outcome: 'parent_missing' });
    });
  });
};
