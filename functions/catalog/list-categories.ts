import * as z from 'zod';
import { decodeCursor, encodeCursor, ListQuery, pageOf } from '../../lib/runtime/cursor.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Category, categoryView } from './category.ts';
import type { OpenCategoryStore } from './category-store.ts';
import { CategoryId } from './ids.ts';
import { Position } from './page.ts';
import { viewerOf } from './product-views.ts';

export const listCategoriesRoute = defineRoute({
  method: 'GET',
  path: '/v1/catalog/categories',
  summary: 'List categories',
  callers: ['publishable', 'staff', 'secret'],
  permission: 'catalog:read',
  query: z.strictObject({ ...ListQuery.shape, parentId: z.union([CategoryId, z.literal('root')]).optional() }),
  response: pageOf(Category),
  status: 200,
});

interface Deps {
  readonly categories: OpenCategoryStore;
}

/** The whole tree, or with `parentId` the children of one category (`root`: the top level) in order of name. */
export const listCategories =
  ({ categories }: Deps): UseCase<typeof listCategoriesRoute> =>
  async ({ caller, query }) => {
    const store = categories(caller.tenant);
    const { cursor, limit, parentId } = query;
    const filter = { list: 'categories', parentId };
    const from = cursor === undefined ? undefined : Position.parse(decodeCursor(caller.tenant, filter, cursor));
    const page =
      parentId === undefined
        ? await store.list(limit, from)
        : await store.children(parentId === 'root' ? null : parentId, limit, from);
    return {
      body: {
        items: page.items.map((category) => categoryView(category, viewerOf(caller))),
        next: page.next === undefined ? null : encodeCursor(caller.tenant, filter, { ...page.next }),
      },
    };
  };
