import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { Currency } from '../../lib/runtime/money.ts';
import { Actor } from '../../lib/runtime/tenant.ts';
import { CategoryId, ImportId, ProductId, VariantId } from './ids.ts';
import { Price, ProductStatus, type ProductSummary, Seo, ShownMedia, Translation } from './model.ts';

/** A variant inside its product's item. `values` follow the product's option names, so renaming an option is one place. */
export const VariantState = z.object({
  id: VariantId,
  version: z.number().int(),
  sku: z.string().nullable(),
  barcode: z.string().nullable(),
  values: z.array(z.string()),
  prices: z.array(Price),
  weightGrams: z.number().int(),
  requiresShipping: z.boolean(),
  taxable: z.boolean(),
  metadata: z.record(z.string(), z.string()),
  externalId: z.string().nullable(),
  /** Of the request that created it, when there was one. */
  requestHash: z.string().optional(),
  /** The stock columns that were imported last: stock is set again only when the file says something else. */
  importedStock: z.string().optional(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type VariantState = z.output<typeof VariantState>;

/**
 * A product with its variants: one item, so that a change of both is one write, a shelf and a product page are one
 * read, and the stream's record shows everything that events need. `version` counts the product's own changes (ETag,
 * sequence of its events), each variant has its own, and `revision` counts writes of the item (the write's condition).
 */
export const ProductState = z.object({
  id: ProductId,
  version: z.number().int(),
  revision: z.number().int(),
  status: ProductStatus,
  title: z.string(),
  slug: z.string(),
  oldSlugs: z.array(z.string()),
  descriptionHtml: z.string(),
  vendor: z.string(),
  type: z.string(),
  tags: z.array(z.string()),
  taxCategory: z.string(),
  options: z.array(z.string()),
  media: z.array(ShownMedia),
  seo: Seo,
  categoryIds: z.array(CategoryId),
  translations: z.record(z.string(), Translation),
  metadata: z.record(z.string(), z.string()),
  externalId: z.string().nullable(),
  variants: z.array(VariantState),
  /** Ids of variants that were deleted lately: a replayed request must not bring one back. */
  deletedVariants: z.array(VariantId),
  requestHash: z.string().optional(),
  /** Which run of which import wrote it last, and what that was: a run that goes on after a crash reports it again. */
  imported: z
    .object({
      job: ImportId,
      run: z.number().int(),
      /** Of the rows it was made from: rows that are the same are not looked at again. */
      hash: z.string(),
      outcome: z.enum(['created', 'updated']),
    })
    .optional(),
  createdAt: Instant,
  updatedAt: Instant,
  /** Of the last write. */
  actor: Actor,
  traceId: z.string(),
});
export type ProductState = z.output<typeof ProductState>;

/** What is left of a deleted product: who deleted it, for its events, until DynamoDB's TTL takes it away. */
export const DeletedProduct = z.object({
  id: ProductId,
  version: z.number().int(),
  deletedAt: Instant,
  actor: Actor,
  traceId: z.string(),
});
export type DeletedProduct = z.output<typeof DeletedProduct>;

/** What a list needs of a product, in every language. Stored beside the product once per list that it is in. */
export const Listing = z.object({
  id: ProductId,
  status: ProductStatus,
  title: z.string(),
  titles: z.record(z.string(), z.string()),
  slug: z.string(),
  vendor: z.string(),
  type: z.string(),
  image: z.object({ url: z.string(), alt: z.string() }).nullable(),
  prices: z.array(z.object({ currency: Currency, from: z.number().int(), to: z.number().int() })),
  categoryIds: z.array(CategoryId),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Listing = z.output<typeof Listing>;

const rangesOf = (product: ProductState): ProductSummary['prices'] => {
  const ranges = new Map<Currency, { from: number; to: number }>();
  for (const { currency, amount } of product.variants.flatMap((variant) => variant.prices)) {
    const range = ranges.get(currency);
    ranges.set(currency, {
      from: Math.min(range?.from ?? amount, amount),
      to: Math.max(range?.to ?? amount, amount),
    });
  }
  return [...ranges].map(([currency, range]) => ({ currency, ...range }));
};

export const listingOf = (product: ProductState): Listing => ({
  id: product.id,
  status: product.status,
  title: product.title,
  titles: Object.fromEntries(
    Object.entries(product.translations).map(([locale, translation]) => [locale, translation.title]),
  ),
  slug: product.slug,
  vendor: product.vendor,
  type: product.type,
  image: product.media[0] ?? null,
  prices: rangesOf(product),
  categoryIds: product.categoryIds,
  createdAt: product.createdAt,
  updatedAt: product.updatedAt,
});
