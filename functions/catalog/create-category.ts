import { assertSameRequest } from '../../lib/runtime/api.ts';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { conflict } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Category, type CategoryState, categoryView, NewCategory } from './category.ts';
import type { OpenCategoryStore } from './category-store.ts';
import { assertDepth, ancestorsOf, throwCategoryRefusal } from './category-tree.ts';
import { categoryNameTaken, categoryTooDeep, unknownCategory } from './errors.ts';
import { categoryId } from './ids.ts';
import { viewerOf } from './product-views.ts';

export const createCategoryRoute = defineRoute({
  method: 'POST',
  path: '/v1/catalog/categories',
  summary: 'Create a category',
  callers: ['staff', 'secret'],
  permission: 'catalog:write',
  idempotency: 'required',
  body: NewCategory,
  response: Category,
  status: 201,
  errors: [categoryNameTaken, unknownCategory, categoryTooDeep],
});

interface Deps {
  readonly categories: OpenCategoryStore;
  readonly now: Clock;
}

/** Creates a category once per Idempotency-Key, below its parent. */
export const createCategory =
  ({ categories, now }: Deps): UseCase<typeof createCategoryRoute> =>
  async ({ body, caller, idempotency }) => {
    const store = categories(caller.tenant);
    const id = categoryId.derive(caller.tenant, idempotency.scope);
    const answer = (category: CategoryState, replayed: boolean) => ({
      body: categoryView(category, viewerOf(caller)),
      version: category.version,
      location: `/v1/catalog/categories/${id}`,
      replayed,
    });
    const instant = toInstant(now());
    const times = { createdAt: instant, updatedAt: instant };
    const category: CategoryState = { ...body, id, version: 1, requestHash: idempotency.requestHash, ...times };
    const ancestors = body.parentId === null ? [] : await ancestorsOf(store, body.parentId);
    if (ancestors.length > 0) assertDepth(ancestors.length + 1);
    const outcome = await store.create(category);
    if (outcome.outcome === 'exists') {
      if (outcome.category === undefined) throw conflict('The category was deleted since.');
      assertSameRequest(outcome.category.requestHash, idempotency);
      return answer(outcome.category, true);
    }
    throwCategoryRefusal(outcome, category);
    return answer(category, false);
  };
