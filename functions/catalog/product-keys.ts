import type { Key } from '../../lib/runtime/db.ts';
import { key } from '../../lib/runtime/keys.ts';
import { type CategoryId, locatorOf, type ProductId, type VariantId } from './ids.ts';
import type { ProductStatus } from './model.ts';
import { type Listing, listingOf, type ProductState } from './product-state.ts';

/** The product's one item; the same for its variants' ids. */
export const productKey = (id: ProductId | VariantId): Key => ({ pk: key('product', locatorOf(id)), sk: 'product' });

/** Who a slug or SKU belongs to: there is one such item, so there is one owner. */
export const slugKey = (slug: string): Key => ({ pk: key('slug', slug), sk: 'slug' });
/** A SKU may contain the separator; it is the last part, so keys stay apart. */
export const skuKey = (sku: string): Key => ({ pk: key('sku', sku), sk: 'sku' });

/** The list of a category, or of everything. Statuses are lists of their own: a storefront never reads a draft. */
export const listPartition = (list: CategoryId | 'all', status: ProductStatus): string => key('list', list, status);

/** Sorts before every printable character, so that a title that begins another one comes first. */
const END_OF_TITLE = '\u0001';

export const sortKeys = {
  created: (listing: Listing): string => key(listing.createdAt, listing.id),
  updated: (listing: Listing): string => key(listing.updatedAt, listing.id),
  title: (listing: Listing): string =>
    `${listing.title.normalize('NFKD').toLowerCase().slice(0, 100)}${END_OF_TITLE}${listing.id}`,
} as const;

/** Lower and upper end of every sort key. */
export const FIRST_SORT_KEY = ' ';
export const LAST_SORT_KEY = '\u{10FFFF}';

/** The lists that a product is in. */
const listsOf = (product: ProductState): (CategoryId | 'all')[] => ['all', ...new Set(product.categoryIds)];

/** Where a product is in a list, and all of it where the list is that of everything. */
type Entry = Key & Readonly<Record<string, unknown>>;

/**
 * A product's items in lists, by key. They are written with the product, so lists by creation are never behind. What a
 * shelf shows is in the list of everything, which is also sorted by update (gsi1) and title (gsi2); a category has the
 * bare key, so that a change of a product costs the same in however many categories it is.
 */
export const entriesOf = (product: ProductState): ReadonlyMap<string, Entry> => {
  const listing = listingOf(product);
  const sk = sortKeys.created(listing);
  const entries = listsOf(product).map((list): Entry => {
    const pk = listPartition(list, product.status);
    if (list !== 'all') return { pk, sk };
    return {
      ...listing,
      pk,
      sk,
      gsi1pk: pk,
      gsi1sk: sortKeys.updated(listing),
      gsi2pk: pk,
      gsi2sk: sortKeys.title(listing),
    };
  });
  return new Map(entries.map((entry) => [`${entry.pk} ${entry.sk}`, entry]));
};

/** Slugs that lead to the product. */
export const slugsOf = (product: ProductState): string[] => [...new Set([product.slug, ...product.oldSlugs])];
export const skusOf = (product: ProductState): string[] =>
  product.variants.flatMap((variant) => (variant.sku === null ? [] : [variant.sku]));
