import * as z from 'zod';
import type { Item, OpenTenantDb, TenantDb, Write } from '../../lib/runtime/db.ts';
import { ConditionFailed, TransactionRefused } from '../../lib/runtime/db.ts';
import { CATEGORIES, categoryKey, childKey, childrenPartition, nameKey, TREE_KEY } from './category-keys.ts';
import { CategoryState } from './category.ts';
import { inParallel } from './in-parallel.ts';
import type { CategoryOutcome, CategoryStore, OpenCategoryStore } from './category-store.ts';
import { CategoryId } from './ids.ts';
import { FIRST_SORT_KEY, LAST_SORT_KEY, listPartition } from './product-keys.ts';
import { ProductStatus } from './model.ts';
import type { Page, Position } from './page.ts';

const Child = z.object({ sk: z.string(), id: CategoryId });
const Moves = z.object({ count: z.number().int() });

const stateOf = (item: Item | undefined): CategoryState | undefined =>
  item === undefined ? undefined : CategoryState.parse(item);

const SAVED: CategoryOutcome = { outcome: 'saved' };

const putNew = (category: CategoryState): Write => ({
  put: { ...categoryKey(category.id), ...category },
  condition: { expression: 'attribute_not_exists(pk)' },
});
const putChanged = (before: CategoryState, after: CategoryState): Write => ({
  put: { ...categoryKey(after.id), ...after },
  condition: {
    expression: '#version = :version AND attribute_not_exists(deleting)',
    names: { '#version': 'version' },
    values: { ':version': before.version },
  },
});
const claimName = (category: CategoryState): Write => ({
  put: { ...childKey(category.parentId, category.name), id: category.id },
  condition: { expression: 'attribute_not_exists(pk) OR id = :id', values: { ':id': category.id } },
});
const releaseName = (category: CategoryState): Write => ({ delete: childKey(category.parentId, category.name) });
const parentExists = (parentId: CategoryId | null): Write[] =>
  parentId === null
    ? []
    : [
        {
          check: categoryKey(parentId),
          condition: { expression: 'attribute_exists(pk) AND attribute_not_exists(deleting)' },
        },
      ];

/** Writes all or says which of the meanings (one per write) refused. */
const transact = async (
  db: TenantDb,
  writes: readonly Write[],
  meaning: (index: number, item: Item | undefined) => CategoryOutcome,
): Promise<CategoryOutcome> => {
  try {
    await db.transact(writes);
    return SAVED;
  } catch (error) {
    if (!(error instanceof TransactionRefused)) throw error;
    const index = error.reasons.findIndex((reason) => reason.failed);
    return meaning(index, error.reasons[index]?.item);
  }
};

const pageFrom = async (db: TenantDb, pk: string, limit: number, from: Position | undefined): Promise<Page<Item>> => {
  const { items } = await db.query({
    pk,
    sk: { between: [from?.after ?? FIRST_SORT_KEY, LAST_SORT_KEY] },
    limit: limit + 2,
    consistent: true,
  });
  const left = items.filter((item) => item['sk'] !== from?.after);
  const page = left.slice(0, limit);
  const last = page.at(-1)?.['sk'];
  return { items: page, next: left.length > limit && typeof last === 'string' ? { after: last } : undefined };
};

/** Children of one parent that one transaction takes, with a check of the parent. */
const CREATED_AT_ONCE = 49;

/** One transaction per parent: transactions that check the same parent at once would refuse each other. */
const createMany = async (db: TenantDb, categories: readonly CategoryState[]): Promise<void> => {
  const byParent = [...Map.groupBy(categories, (category) => category.parentId)];
  await inParallel(byParent, 4, async ([parentId, siblings]) => {
    for (let start = 0; start < siblings.length; start += CREATED_AT_ONCE) {
      const some = siblings.slice(start, start + CREATED_AT_ONCE);
      const writes = [...parentExists(parentId), ...some.flatMap((one) => [putNew(one), claimName(one)])];
      const { outcome } = await transact(db, writes, () => ({ outcome: 'stale' }));
      if (outcome === 'saved') continue;
      for (const one of some) await createOne(db, one);
    }
  });
};

const createOne = (db: TenantDb, category: CategoryState): Promise<CategoryOutcome> =>
  transact(db, [putNew(category), claimName(category), ...parentExists(category.parentId)], (index, item) =>
    index === 0
      ? { outcome: 'exists', category: stateOf(item) }
      : { outcome: index === 1 ? 'name_taken' : 'parent_missing' },
  );

/** Changes the mark of a category that is as it was. */
const mark = async (db: TenantDb, before: CategoryState, update: string, values: object): Promise<boolean> => {
  try {
    await db.update(categoryKey(before.id), {
      update,
      condition: '#version = :version',
      names: NAMES,
      values: { ':version': before.version, ...values },
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
};

/**
 * First marks the category, so that from then on nothing can be put into it; then looks (consistently) whether
 * anything is in it; then deletes it or takes the mark away. Cut off in between, the mark stays until the deletion is
 * asked for again.
 */
const removeCategory = async (db: TenantDb, before: CategoryState): Promise<'removed' | 'stale' | 'not_empty'> => {
  if (!(await mark(db, before, 'SET deleting = :yes', { ':yes': true }))) return 'stale';
  const partitions = [
    childrenPartition(before.id),
    ...ProductStatus.options.map((status) => listPartition(before.id, status)),
  ];
  const found = await Promise.all(partitions.map((pk) => db.query({ pk, limit: 1, consistent: true })));
  if (found.some(({ items }) => items.length > 0)) {
    return (await mark(db, before, 'REMOVE deleting', {})) ? 'not_empty' : 'stale';
  }
  const condition = { expression: '#version = :version', names: NAMES, values: { ':version': before.version } };
  const outcome = await transact(db, [{ delete: categoryKey(before.id), condition }, releaseName(before)], () => ({
    outcome: 'stale',
  }));
  return outcome.outcome === 'saved' ? 'removed' : 'stale';
};
const NAMES = { '#version': 'version' };

const open = (db: TenantDb): CategoryStore => ({
  find: async (id, options) => stateOf(await db.get(categoryKey(id), options)),
  create: (category) => createOne(db, category),
  createMany: (categories) => createMany(db, categories),
  save: (before, after) => {
    const renamed = nameKey(before.name) !== nameKey(after.name);
    const writes = [putChanged(before, after), ...(renamed ? [claimName(after), releaseName(before)] : [])];
    return transact(db, writes, (index) => ({ outcome: index === 0 ? 'stale' : 'name_taken' }));
  },
  moves: async () => Moves.parse((await db.get(TREE_KEY, { consistent: true })) ?? { count: 0 }).count,
  move: (before, after, moves) =>
    transact(
      db,
      [
        putChanged(before, after),
        {
          put: { ...TREE_KEY, count: moves + 1 },
          condition: {
            expression: 'attribute_not_exists(pk) OR #count = :count',
            names: { '#count': 'count' },
            values: { ':count': moves },
          },
        },
        claimName(after),
        releaseName(before),
        ...parentExists(after.parentId),
      ],
      (index) => ({ outcome: index <= 1 ? 'stale' : index === 2 ? 'name_taken' : 'parent_missing' }),
    ),
  remove: (before) => removeCategory(db, before),
  list: async (limit, from) => {
    const page = await pageFrom(db, CATEGORIES, limit, from);
    return { ...page, items: page.items.map((item) => CategoryState.parse(item)) };
  },
  children: async (parentId, limit, from) => {
    const page = await pageFrom(db, childrenPartition(parentId), limit, from);
    const ids = page.items.map((item) => Child.parse(item).id);
    const items = await db.batchGet(ids.map(categoryKey), { consistent: true });
    const states = new Map(items.map((item) => CategoryState.parse(item)).map((state) => [state.id, state]));
    return { ...page, items: ids.flatMap((id) => states.get(id) ?? []) };
  },
  findChildren: async (wanted) => {
    const keys = wanted.map(({ parentId, name }) => childKey(parentId, name));
    const distinct = new Map(keys.map((key) => [`${key.pk} ${key.sk}`, key]));
    const items = await db.batchGet([...distinct.values()], { consistent: true });
    const found = new Map(items.map((item) => [`${String(item['pk'])} ${String(item['sk'])}`, Child.parse(item).id]));
    return keys.map((key) => found.get(`${key.pk} ${key.sk}`));
  },
});

export const dynamoCategoryStore =
  (open_: OpenTenantDb): OpenCategoryStore =>
  (tenant) =>
    open(open_(tenant));
