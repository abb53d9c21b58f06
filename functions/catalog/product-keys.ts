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

/**
 * A product's items in lists, by key. They are written with the product, so lists by creation are never behind. The
 * list of everything is also sorted by update (gsi1) and title (gsi2); categories are not, because a product is in
 * many and each index entry costs as much to write as an item.
 */
export const entriesOf = (product: ProductState): ReadonlyMap<string, Key & Readonly<Record<string, unknown>>> => {
  const listing = listingOf(product);
  return new Map(
    listsOf(product).map((list) => {
      const pk = listPartition(list, product.status);
      const item = {
        ...listing,
        pk,
        sk: sortKeys.created(listing),
        ...(list === 'all' ? { gsi1pk: pk, gsi1sk: sortKeys.updated(listing) } : {}),
        ...(list === 'all' ? { gsi2pk: pk, gsi2sk: sortKeys.title(listing) } : {}),
      };
      return [`${item.pk} ${item.sk}`, item];
    }),
  );
};

/** Slugs that lead to the product. */
export const slugsOf = (product: ProductState): string[] => [...new Set([product.slug, ...product.oldSlugs])];
export const skusOf = (product: ProductState): string[] =>
  product.variants.flatMap((variant) => (variant.sku === null ? [] : [variant.sku]));
