import { type CategoryId, locatorOf, type ProductId, type VariantId } from './ids.ts';
import { nextPage, sortOf } from './list-pages.ts';
import { sortKeys, skusOf, slugsOf } from './product-keys.ts';
import { type DeletedProduct, type Listing, listingOf, type ProductState } from './product-state.ts';
import type { ChangeOutcome, OpenProductStore, ProductChange, ProductStore } from './product-store.ts';

const SAVED: ChangeOutcome = { outcome: 'saved' };

/** One tenant's products in memory. Each change is one step of JavaScript, so it is as atomic as a transaction. */
const memoryProducts = (hasCategory: (id: CategoryId) => boolean): ProductStore => {
  const products = new Map<string, ProductState | DeletedProduct>();
  const slugs = new Map<string, ProductId>();
  const skus = new Map<string, ProductId>();

  const stateAt = (id: ProductId | VariantId): ProductState | undefined => {
    const found = products.get(locatorOf(id));
    return found === undefined || 'deletedAt' in found ? undefined : structuredClone(found);
  };
  const find = (id: ProductId | VariantId): ProductState | undefined => {
    const product = stateAt(id);
    return id.startsWith('prod_') && product?.id !== id ? undefined : product;
  };
  const all = (): ProductState[] =>
    [...products.values()].flatMap((product) => ('deletedAt' in product ? [] : [product]));

  const refusalOf = ({ before, after, mustExist }: ProductChange): ChangeOutcome | undefined => {
    const current = stateAt(after.id);
    if (before === undefined && products.has(locatorOf(after.id))) return { outcome: 'exists', product: current };
    if (before !== undefined && current?.revision !== before.revision) return { outcome: 'stale' };
    for (const slug of slugsOf(after)) {
      const holder = slugs.get(slug);
      if (holder !== undefined && holder !== after.id) return { outcome: 'slug_taken', slug, holder };
    }
    for (const sku of skusOf(after)) {
      const holder = skus.get(sku);
      if (holder !== undefined && holder !== after.id) return { outcome: 'sku_taken', sku, holder };
    }
    const categoryId = (mustExist ?? []).find((id) => !hasCategory(id));
    return categoryId === undefined ? undefined : { outcome: 'category_missing', categoryId };
  };

  const release = (product: ProductState): void => {
    for (const slug of slugsOf(product)) slugs.delete(slug);
    for (const sku of skusOf(product)) skus.delete(sku);
  };

  const applyOne = (change: ProductChange): ChangeOutcome => {
    const refusal = refusalOf(change);
    if (refusal !== undefined) return refusal;
    if (change.before !== undefined) release(change.before);
    for (const slug of slugsOf(change.after)) slugs.set(slug, change.after.id);
    for (const sku of skusOf(change.after)) skus.set(sku, change.after.id);
    products.set(locatorOf(change.after.id), structuredClone(change.after));
    return SAVED;
  };

  return {
    find: async (id) => find(id),
    findBySlug: async (slug) => {
      const id = slugs.get(slug);
      return id === undefined ? undefined : find(id);
    },
    findBySku: async (sku) => {
      const id = skus.get(sku);
      return id === undefined ? undefined : find(id);
    },
    findMany: async (ids) => ids.flatMap((id) => find(id) ?? []),
    findManyBySlug: async (wanted) =>
      new Map(
        wanted.flatMap((slug) => {
          const id = slugs.get(slug);
          const product = id === undefined ? undefined : find(id);
          return product === undefined ? [] : [[slug, product] as const];
        }),
      ),
    holdersOfSkus: async (wanted) =>
      new Map(
        wanted.flatMap((sku) => {
          const holder = skus.get(sku);
          return holder === undefined ? [] : [[sku, holder] as const];
        }),
      ),
    apply: async (changes) => changes.map(applyOne),
    remove: async (before, deleted) => {
      if (stateAt(before.id)?.revision !== before.revision) return false;
      release(before);
      products.set(locatorOf(before.id), deleted);
      return true;
    },
    list: async (filter, limit, from) => {
      const inList = (listing: Listing): boolean =>
        filter.statuses.includes(listing.status) &&
        (filter.categoryId === undefined || listing.categoryIds.includes(filter.categoryId)) &&
        (filter.updatedSince === undefined || sortKeys[sortOf(filter.sort).by](listing) >= filter.updatedSince);
      return nextPage(all().map(listingOf).filter(inList), filter.sort, limit, from);
    },
  };
};

/** Products in memory, for tests of use cases: the same promises as the DynamoDB store's. */
export const memoryProductStore = (hasCategory: (id: CategoryId) => boolean = () => true): OpenProductStore => {
  const tenants = new Map<string, ProductStore>();
  return (tenant) => {
    const store = tenants.get(tenant) ?? memoryProducts(hasCategory);
    tenants.set(tenant, store);
    return store;
  };
};
