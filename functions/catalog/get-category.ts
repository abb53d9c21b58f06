import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Category, categoryView } from './category.ts';
import type { OpenCategoryStore } from './category-store.ts';
import { categoryNotFound } from './category-tree.ts';
import { CategoryId } from './ids.ts';
import { viewerOf } from './product-views.ts';

export const getCategoryRoute = defineRoute({
  method: 'GET',
  path: '/v1/catalog/categories/{categoryId}',
  summary: 'Read a category',
  callers: ['publishable', 'staff', 'secret'],
  permission: 'catalog:read',
  params: z.strictObject({ categoryId: CategoryId }),
  response: Category,
  status: 200,
});

interface Deps {
  readonly categories: OpenCategoryStore;
}

/** A category by id. */
export const getCategory =
  ({ categories }: Deps): UseCase<typeof getCategoryRoute> =>
  async ({ caller, params }) => {
    const viewer = viewerOf(caller);
    const category = await categories(caller.tenant).find(params.categoryId, { consistent: viewer.staff });
    if (category === undefined) throw categoryNotFound(params.categoryId);
    return { body: categoryView(category, viewer), version: category.version };
  };
