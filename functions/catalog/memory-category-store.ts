import { nameKey } from './category-keys.ts';
import type { CategoryState } from './category.ts';
import type { CategoryOutcome, CategoryStore, OpenCategoryStore } from './category-store.ts';
import type { CategoryId } from './ids.ts';
import type { Page, Position } from './page.ts';

const SAVED: CategoryOutcome = { outcome: 'saved' };

const pageOf = (
  sorted: readonly (readonly [string, CategoryState])[],
  limit: number,
  from: Position | undefined,
): Page<CategoryState> => {
  const left = sorted.filter(([key]) => from === undefined || key > from.after);
  const page = left.slice(0, limit);
  const last = page.at(-1)?.[0];
  return {
    items: page.map(([, category]) => category),
    next: left.length > limit && last !== undefined ? { after: last } : undefined,
  };
};

const memoryCategories = (hasProducts: (id: CategoryId) => Promise<boolean>): CategoryStore => {
  const categories = new Map<CategoryId, CategoryState>();
  let moved = 0;
  const named = (parentId: CategoryId | null, name: string): CategoryState | undefined =>
    [...categories.values()].find((one) => one.parentId === parentId && nameKey(one.name) === nameKey(name));
  const refusalOf = (category: CategoryState): CategoryOutcome | undefined => {
    const holder = named(category.parentId, category.name);
    if (holder !== undefined && holder.id !== category.id) return { outcome: 'name_taken' };
    if (category.parentId !== null && !categories.has(category.parentId)) return { outcome: 'parent_missing' };
    return undefined;
  };
  const write = (before: CategoryState, after: CategoryState): CategoryOutcome => {
    if (categories.get(before.id)?.version !== before.version) return { outcome: 'stale' };
    const refusal = refusalOf(after);
    if (refusal !== undefined) return refusal;
    categories.set(after.id, after);
    return SAVED;
  };
  const create = (category: CategoryState): CategoryOutcome => {
    const existing = categories.get(category.id);
    if (existing !== undefined) return { outcome: 'exists', category: existing };
    const refusal = refusalOf(category);
    if (refusal !== undefined) return refusal;
    categories.set(category.id, category);
    return SAVED;
  };
  return {
    find: async (id) => categories.get(id),
    create: async (category) => create(category),
    createMany: async (many) => {
      for (const category of many) create(category);
    },
    save: async (before, after) => write(before, after),
    moves: async () => moved,
    move: async (before, after, moves) => {
      if (moves !== moved) return { outcome: 'stale' };
      const outcome = write(before, after);
      if (outcome.outcome === 'saved') moved += 1;
      return outcome;
    },
    remove: async (before) => {
      if (categories.get(before.id)?.version !== before.version) return 'stale';
      const hasChildren = [...categories.values()].some((category) => category.parentId === before.id);
      if (hasChildren || (await hasProducts(before.id))) return 'not_empty';
      categories.delete(before.id);
      return 'removed';
    },
    list: async (limit, from) =>
      pageOf(
        [...categories].sort(([a], [b]) => (a < b ? -1 : 1)),
        limit,
        from,
      ),
    children: async (parentId, limit, from) => {
      const children = [...categories.values()].filter((category) => category.parentId === parentId);
      const sorted = children.map((category) => [nameKey(category.name), category] as const);
      return pageOf(
        sorted.sort(([a], [b]) => (a < b ? -1 : 1)),
        limit,
        from,
      );
    },
    findChildren: async (wanted) => wanted.map(({ parentId, name }) => named(parentId, name)?.id),
  };
};

/** Categories in memory, for tests of use cases: the same promises as the DynamoDB store's. */
export const memoryCategoryStore = (
  hasProducts: (id: CategoryId) => Promise<boolean> = async () => false,
): OpenCategoryStore => {
  const tenants = new Map<string, CategoryStore>();
  return (tenant) => {
    const store = tenants.get(tenant) ?? memoryCategories(hasProducts);
    tenants.set(tenant, store);
    return store;
  };
};
