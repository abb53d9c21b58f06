import type * as z from 'zod';
import { defineId } from '../../lib/runtime/ids.ts';

export const productId = defineId<'ProductId'>('prod');
export const ProductId = productId.schema;
export type ProductId = z.output<typeof ProductId>;

export const variantId = defineId<'VariantId'>('var');
export const VariantId = variantId.schema;
export type VariantId = z.output<typeof VariantId>;

export const categoryId = defineId<'CategoryId'>('cat');
export const CategoryId = categoryId.schema;
export type CategoryId = z.output<typeof CategoryId>;

export const importId = defineId<'ImportId'>('imp');
export const ImportId = importId.schema;
export type ImportId = z.output<typeof ImportId>;

/** Characters that a product's id and its variants' ids have in common: 80 of their 130 bits. */
const LOCATOR_LENGTH = 16;

/**
 * What a product is stored under. Its variants' ids begin with the same characters, so a variant is found by its own
 * id with one read: no index that may be stale, and no pointer item per variant to write.
 */
export const locatorOf = (id: ProductId | VariantId): string => {
  const start = id.indexOf('_') + 1;
  return id.slice(start, start + LOCATOR_LENGTH);
};

/** The id of a variant of this product: the locator, and the last 50 bits of `seed`. */
export const variantIdWithin = (product: ProductId, seed: VariantId): VariantId =>
  VariantId.parse(
    `${variantId.prefix}_${locatorOf(product)}${seed.slice(variantId.prefix.length + 1 + LOCATOR_LENGTH)}`,
  );
