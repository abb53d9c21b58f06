import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { CategoryState } from './category.ts';
import type { CategoryId } from './ids.ts';
import type { Page, Position } from './page.ts';

export type CategoryOutcome =
  | { readonly outcome: 'saved' }
  | { readonly outcome: 'stale' }
  | { readonly outcome: 'exists'; readonly category: CategoryState | undefined }
  | { readonly outcome: 'name_taken' }
  | { readonly outcome: 'parent_missing' };

/** One tenant's tree of categories. Names below one parent differ; a parent exists; there is no circle. */
export interface CategoryStore {
  find(id: CategoryId, options?: { readonly consistent?: boolean }): Promise<CategoryState | undefined>;
  create(category: CategoryState): Promise<CategoryOutcome>;
  /** Creates what can be created, with fewer writes; which ones is found out by `findChildren`. */
  createMany(categories: readonly CategoryState[]): Promise<void>;
  /** Writes `after` in place of exactly `before`; the parent stays. */
  save(before: CategoryState, after: CategoryState): Promise<CategoryOutcome>;
  /** How often the tree was rearranged: read it before looking whether a move makes a circle. */
  moves(): Promise<number>;
  /** Writes a category with another parent, if nothing was moved since `moves` was read. */
  move(before: CategoryState, after: CategoryState, moves: number): Promise<CategoryOutcome>;
  /** Deletes exactly `before` when it has no children and no products. */
  remove(before: CategoryState): Promise<'removed' | 'stale' | 'not_empty'>;
  /** By id, which is a stable order. */
  list(limit: number, from: Position | undefined): Promise<Page<CategoryState>>;
  /** The children of a category (or the roots), by name. */
  children(parentId: CategoryId | null, limit: number, from: Position | undefined): Promise<Page<CategoryState>>;
  /** Finds the children with these names, without regard to case: `[parent, name] -> id`. */
  findChildren(
    wanted: readonly { readonly parentId: CategoryId | null; readonly name: string }[],
  ): Promise<readonly (CategoryId | undefined)[]>;
}

export type OpenCategoryStore = (tenant: TenantId) => CategoryStore;
