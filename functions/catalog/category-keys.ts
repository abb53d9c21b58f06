import type { Key } from '../../lib/runtime/db.ts';
import { key } from '../../lib/runtime/keys.ts';
import type { CategoryId } from './ids.ts';

/** All categories are in one partition: a storefront reads the whole tree with one query. */
export const CATEGORIES = 'category';
export const categoryKey = (id: CategoryId): Key => ({ pk: CATEGORIES, sk: id });

/** Names are told apart without regard to case, width and outer spaces, by what fits into a sort key of 1 kB. */
export const nameKey = (name: string): string => name.normalize('NFKC').trim().toLowerCase().slice(0, 250);

export const childrenPartition = (parentId: CategoryId | null): string => key('children', parentId ?? 'root');

/** One item per name below a parent: the children in order of name, and the ground of their being different. */
export const childKey = (parentId: CategoryId | null, name: string): Key => ({
  pk: childrenPartition(parentId),
  sk: nameKey(name),
});

/** Counts moves: two moves at once cannot make a circle, because the second one's count is wrong. */
export const TREE_KEY: Key = { pk: 'tree', sk: 'moves' };
