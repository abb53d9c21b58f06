import * as z from 'zod';
import { conflict, versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import type { OpenCategoryStore } from './category-store.ts';
import { categoryNotFound } from './category-tree.ts';
import { categoryNotEmpty } from './errors.ts';
import { CategoryId } from './ids.ts';
import { assertVersion } from './rewrite-product.ts';

export const deleteCategoryRoute = defineRoute({
  method: 'DELETE',
  path: '/v1/catalog/categories/{categoryId}',
  summary: 'Delete an empty category',
  callers: ['staff', 'secret'],
  permission: 'catalog:write',
  ifMatch: 'required',
  params: z.strictObject({ categoryId: CategoryId }),
  status: 204,
  errors: [versionMismatch, categoryNotEmpty],
});

interface Deps {
  readonly categories: OpenCategoryStore;
}

/** Deletes a category that has neither categories below it nor products in it. */
export const deleteCategory =
  ({ categories }: Deps): UseCase<typeof deleteCategoryRoute> =>
  async ({ caller, params, ifMatch }) => {
    const store = categories(caller.tenant);
    const before = await store.find(params.categoryId, { consistent: true });
    if (before === undefined) throw categoryNotFound(params.categoryId);
    assertVersion(ifMatch, before.version);
    const outcome = await store.remove(before);
    if (outcome === 'not_empty') {
      throw categoryNotEmpty('Move or delete the categories below it and take its products out first.');
    }
    if (outcome === 'stale') throw conflict('The category was changed at the same moment. Try again.');
    return { body: undefined };
  };
