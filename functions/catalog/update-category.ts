import * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Category, CategoryPatch, type CategoryState, categoryView } from './category.ts';
import type { OpenCategoryStore } from './category-store.ts';
import { categoryNotFound, throwCategoryRefusal } from './category-tree.ts';
import { categoryNameTaken } from './errors.ts';
import { CategoryId } from './ids.ts';
import { mergeMetadata } from './merge-metadata.ts';
import { viewerOf } from './product-views.ts';
import { assertVersion } from './rewrite-product.ts';

export const updateCategoryRoute = defineRoute({
  method: 'PATCH',
  path: '/v1/catalog/categories/{categoryId}',
  summary: 'Change a category',
  callers: ['staff', 'secret'],
  permission: 'catalog:write',
  ifMatch: 'required',
  params: z.strictObject({ categoryId: CategoryId }),
  body: CategoryPatch,
  response: Category,
  status: 200,
  errors: [versionMismatch, categoryNameTaken],
});

interface Deps {
  readonly categories: OpenCategoryStore;
  readonly now: Clock;
}

/** Changes what the patch names and nothing else. The place in the tree is changed by a move. */
export const updateCategory =
  ({ categories, now }: Deps): UseCase<typeof updateCategoryRoute> =>
  async ({ caller, params, body, ifMatch }) => {
    const store = categories(caller.tenant);
    const before = await store.find(params.categoryId, { consistent: true });
    if (before === undefined) throw categoryNotFound(params.categoryId);
    assertVersion(ifMatch, before.version);
    const after: CategoryState = {
      ...before,
      name: body.name ?? before.name,
      metadata: mergeMetadata(before.metadata, body.metadata),
      externalId: body.externalId === undefined ? before.externalId : body.externalId,
      version: before.version + 1,
      updatedAt: toInstant(now()),
    };
    throwCategoryRefusal(await store.save(before, after), after);
    return { body: categoryView(after, viewerOf(caller)), version: after.version };
  };
