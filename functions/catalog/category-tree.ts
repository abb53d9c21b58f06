import { conflict, notFound } from '../../lib/runtime/errors.ts';
import { type CategoryState, MAX_DEPTH } from './category.ts';
import type { CategoryOutcome, CategoryStore } from './category-store.ts';
import { categoryNameTaken, categoryTooDeep, unknownCategory } from './errors.ts';
import type { CategoryId } from './ids.ts';

export const categoryNotFound = (id: string) => notFound(`There is no category ${id}.`);

/** @throws category_name_taken, unknown_category, or conflict for a change that lost against another one */
export const throwCategoryRefusal = ({ outcome }: CategoryOutcome, category: CategoryState): void => {
  if (outcome === 'name_taken') throw categoryNameTaken(`Beside it there is a category ${category.name} already.`);
  if (outcome === 'parent_missing') throw unknownCategory(`There is no category ${category.parentId} to put it below.`);
  if (outcome === 'stale') throw conflict('The category or the tree was changed at the same moment. Try again.');
};

/** Walking up ends here, whatever the tree is like. */
const MAX_WALK = 50;

/**
 * A category and those above it, nearest first; empty when there is no such category. Above the depth limit there can
 * be more levels than `MAX_DEPTH`, because a move takes a whole branch along.
 */
export const ancestorsOf = async (store: CategoryStore, id: CategoryId): Promise<CategoryState[]> => {
  const ancestors: CategoryState[] = [];
  let next: CategoryId | null = id;
  while (next !== null && ancestors.length < MAX_WALK) {
    const category: CategoryState | undefined = await store.find(next, { consistent: true });
    if (category === undefined) return ancestors;
    ancestors.push(category);
    next = category.parentId;
  }
  return ancestors;
};

/** @throws category_too_deep */
export const assertDepth = (level: number): void => {
  if (level <= MAX_DEPTH) return;
  throw categoryTooDeep(`Categories go ${MAX_DEPTH} levels deep; this one would be at level ${level}.`);
};
