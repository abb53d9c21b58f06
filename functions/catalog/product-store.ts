import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { CategoryId, ProductId, VariantId } from './ids.ts';
import type { ProductStatus } from './model.ts';
import type { Page, Position } from './page.ts';
import type { DeletedProduct, Listing, ProductState } from './product-state.ts';

/** One product's write: made new (no `before`), or `after` in place of exactly `before`. */
export interface ProductChange {
  readonly before: ProductState | undefined;
  readonly after: ProductState;
  /** Categories that must exist at the moment of the write. */
  readonly mustExist?: readonly CategoryId[];
}

/** What became of a change. Nothing of a change that is not `saved` was written. */
export type ChangeOutcome =
  | { readonly outcome: 'saved' }
  /** Somebody else wrote the product in between (or it is gone). */
  | { readonly outcome: 'stale' }
  /** A new product's id is used already: by a replay of the same request (`product`), or it was deleted since. */
  | { readonly outcome: 'exists'; readonly product: ProductState | undefined }
  | { readonly outcome: 'slug_taken'; readonly slug: string; readonly holder: ProductId }
  | { readonly outcome: 'sku_taken'; readonly sku: string; readonly holder: ProductId }
  | { readonly outcome: 'category_missing'; readonly categoryId: CategoryId };

export type ListSort = 'created' | '-created' | 'updated' | '-updated' | 'title' | '-title';

export interface ListFilter {
  readonly categoryId?: CategoryId | undefined;
  readonly statuses: readonly ProductStatus[];
  readonly sort: ListSort;
  /** Only with the sort `updated`. */
  readonly updatedSince?: string | undefined;
}

/** One tenant's products. Uniqueness of slugs and SKUs is part of each write. */
export interface ProductStore {
  /** `consistent`: sees every write that was acknowledged before. */
  find(id: ProductId | VariantId, options?: { readonly consistent?: boolean }): Promise<ProductState | undefined>;
  /** By the slug of now or an old one. */
  findBySlug(slug: string, options?: { readonly consistent?: boolean }): Promise<ProductState | undefined>;
  findBySku(sku: string, options?: { readonly consistent?: boolean }): Promise<ProductState | undefined>;
  /** All that exist, in the order of the ids. */
  findMany(ids: readonly ProductId[], options?: { readonly consistent?: boolean }): Promise<readonly ProductState[]>;
  /** Those that exist, by the slug asked for. */
  findManyBySlug(slugs: readonly string[]): Promise<ReadonlyMap<string, ProductState>>;
  /** Who holds which of these SKUs. */
  holdersOfSkus(skus: readonly string[]): Promise<ReadonlyMap<string, ProductId>>;
  /** Does each change or says why not; the outcomes follow the order of the changes, each of another product. */
  apply(changes: readonly ProductChange[]): Promise<readonly ChangeOutcome[]>;
  /** Deletes exactly `before`: its slugs and SKUs are free again. False when it is not as it was any more. */
  remove(before: ProductState, deleted: DeletedProduct): Promise<boolean>;
  /** Eventually consistent for the sorts by title and update. */
  list(filter: ListFilter, limit: number, from: Position | undefined): Promise<Page<Listing>>;
}

export type OpenProductStore = (tenant: TenantId) => ProductStore;
