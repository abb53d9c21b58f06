import { describe, expect, test } from 'vitest';
import type { Caller } from '../../lib/runtime/tenant.ts';
import { createCategory, createCategoryRoute } from '../../functions/catalog/create-category.ts';
import { deleteCategory, deleteCategoryRoute } from '../../functions/catalog/delete-category.ts';
import { getCategory, getCategoryRoute } from '../../functions/catalog/get-category.ts';
import { listCategories, listCategoriesRoute } from '../../functions/catalog/list-categories.ts';
import { moveCategory, moveCategoryRoute } from '../../functions/catalog/move-category.ts';
import { updateCategory, updateCategoryRoute } from '../../functions/catalog/update-category.ts';
import { categoryId } from '../../functions/catalog/ids.ts';
import { asked, memoryCatalog, OTHER_SHOP, publishableKey, secretKey, tickingClock } from './fixtures.ts';

const tree = () => {
  const deps = { categories: memoryCatalog().categories, now: tickingClock() };
  const at = (id: string) => ({ params: { categoryId: id } });
  return {
    create: async (name: string, parentId: string | null = null, key = name) =>
      (await createCategory(deps)(asked(createCategoryRoute, { body: { name, parentId }, key }))).body,
    createAgain: (body: unknown, key: string) => createCategory(deps)(asked(createCategoryRoute, { body, key })),
    move: (id: string, parentId: string | null, ifMatch?: number) =>
      moveCategory(deps)(
        asked(moveCategoryRoute, { ...at(id), body: { parentId }, ...(ifMatch === undefined ? {} : { ifMatch }) }),
      ),
    update: (id: string, body: unknown, ifMatch: number) =>
      updateCategory(deps)(asked(updateCategoryRoute, { ...at(id), body, ifMatch })),
    remove: (id: string, ifMatch: number) => deleteCategory(deps)(asked(deleteCategoryRoute, { ...at(id), ifMatch })),
    get: (id: string, caller: Caller = secretKey()) =>
      getCategory(deps)(asked(getCategoryRoute, { ...at(id), caller })),
    list: (query: unknown = {}, caller: Parameters<typeof asked>[1] = {}) =>
      listCategories(deps)(asked(listCategoriesRoute, { query, ...caller })),
  };
};

describe('the tree of categories', () => {
  test('grows below a parent that exists, each name once among siblings', async () => {
    const { create } = tree();
    const clothing = await create('Clothing');
    expect(await create('Shirts', clothing.id)).toMatchObject({ parentId: clothing.id, version: 1 });
    await expect(create('SHIRTS', clothing.id, 'k')).rejects.toMatchObject({ code: 'category_name_taken' });
    await expect(create('x', categoryId.derive('no'))).rejects.toMatchObject({ code: 'unknown_category' });
  });

  test('gets a category once per key', async () => {
    const { create, createAgain } = tree();
    const { id } = await create('Clothing');
    expect(await createAgain({ name: 'Clothing', parentId: null }, 'Clothing')).toMatchObject({
      replayed: true,
      body: { id },
    });
    await expect(createAgain({ name: 'Other', parentId: null }, 'Clothing')).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
  });

  test('is ten levels deep at most', async () => {
    const { create } = tree();
    let parentId: string | null = null;
    for (let level = 1; level <= 10; level += 1) parentId = (await create(`level ${level}`, parentId)).id;
    await expect(create('level 11', parentId)).rejects.toMatchObject({ code: 'category_too_deep' });
  });

  test('never becomes a circle', async () => {
    const { create, move, get } = tree();
    const a = await create('a');
    const b = await create('b', a.id);
    const c = await create('c', b.id);
    for (const target of [a, b, c]) {
      await expect(move(a.id, target.id)).rejects.toMatchObject({ code: 'category_cycle' });
    }
    expect((await move(c.id, null)).body.parentId).toBeNull();
    await move(a.id, c.id);
    expect((await get(b.id)).body.parentId).toBe(a.id);
  });

  test('is rearranged by moves: of the current version, to an existing parent, to where the name is free', async () => {
    const { create, move } = tree();
    const [a, b] = [await create('a'), await create('b')];
    const inner = await create('a', b.id, 'inner');
    await expect(move(a.id, b.id)).rejects.toMatchObject({ code: 'category_name_taken' });
    await expect(move(a.id, categoryId.derive('no'))).rejects.toMatchObject({ code: 'unknown_category' });
    await expect(move(inner.id, null, 7)).rejects.toMatchObject({ code: 'version_mismatch' });
    expect((await move(inner.id, b.id)).version).toBe(1);
    await expect(move(categoryId.derive('no'), b.id)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('loses a category only when it is empty', async () => {
    const { create, remove, get } = tree();
    const a = await create('a');
    const b = await create('b', a.id);
    await expect(remove(a.id, 1)).rejects.toMatchObject({ code: 'category_not_empty' });
    await expect(remove(b.id, 2)).rejects.toMatchObject({ code: 'version_mismatch' });
    await remove(b.id, 1);
    await remove(a.id, 1);
    await expect(get(a.id)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('shows storefronts names but not the merchant’s notes, and other shops nothing', async () => {
    const { create, update, get, list } = tree();
    const { id } = await create('a');
    await update(id, { metadata: { margin: 'high' }, name: 'A' }, 1);
    expect((await get(id)).body).toMatchObject({ name: 'A', version: 2, metadata: { margin: 'high' } });
    expect((await get(id, publishableKey())).body).not.toHaveProperty('metadata');
    await expect(get(id, secretKey(OTHER_SHOP))).rejects.toMatchObject({ code: 'not_found' });
    expect((await list({ parentId: 'root' })).body.items).toHaveLength(1);
    expect((await list({ parentId: id })).body.items).toEqual([]);
    expect((await list({}, { caller: secretKey(OTHER_SHOP) })).body.items).toEqual([]);
  });
});
