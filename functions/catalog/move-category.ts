import * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Category, type CategoryState, categoryView } from './category.ts';
import type { OpenCategoryStore } from './category-store.ts';
import { ancestorsOf, assertDepth, categoryNotFound, throwCategoryRefusal } from './category-tree.ts';
import { categoryCycle, categoryNameTaken, categoryTooDeep, unknownCategory } from './errors.ts';
import { CategoryId } from './ids.ts';
import { viewerOf } from './product-views.ts';
import { assertVersion } from './rewrite-product.ts';

export const moveCategoryRoute = defineRoute({
  method: 'POST',
  path: '/v1/catalog/categories/{categoryId}/move',
  summary: 'Put a category below another one',
  callers: ['staff', 'secret'],
  permission: 'catalog:write',
  ifMatch: 'optional',
  params: z.strictObject({ categoryId: CategoryId }),
  body: z.strictObject({ parentId: CategoryId.nullable() }),
  response: Category,
  status: 200,
  errors: [versionMismatch, categoryCycle, categoryNameTaken, categoryTooDeep, unknownCategory],
});

interface Deps {
  readonly categories: OpenCategoryStore;
  readonly now: Clock;
}

/**
 * Moves a category with everything below it; `parentId` null makes it a root. Moving it where it is changes nothing.
 * Moves exclude each other, so two of them cannot make a circle together.
 */
export const moveCategory =
  ({ categories, now }: Deps): UseCase<typeof moveCategoryRoute> =>
  async ({ caller, params, body, ifMatch }) => {
    const store = categories(caller.tenant);
    const moves = await store.moves();
    const before = await store.find(params.categoryId, { consistent: true });
    if (before === undefined) throw categoryNotFound(params.categoryId);
    assertVersion(ifMatch, before.version);
    const answer = (category: CategoryState) => ({
      body: categoryView(category, viewerOf(caller)),
      version: category.version,
    });
    if (before.parentId === body.parentId) return answer(before);
    if (body.parentId !== null) {
      const ancestors = await ancestorsOf(store, body.parentId);
      if (ancestors.length === 0) throw unknownCategory(`There is no category ${body.parentId} to put it below.`);
      if (ancestors.some((ancestor) => ancestor.id === before.id)) {
        throw categoryCycle(`${body.parentId} is ${before.id} itself or below it.`);
      }
      assertDepth(ancestors.length + 1);
    }
    const version = before.version + 1;
    const after: CategoryState = { ...before, parentId: body.parentId, version, updatedAt: toInstant(now()) };
    throwCategoryRefusal(await store.move(before, after, moves), after);
    return answer(after);
  };
