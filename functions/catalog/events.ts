import * as z from 'zod';
import { Currency } from '../../lib/runtime/money.ts';
import { defineEvent } from '../../lib/runtime/events.ts';
import { CategoryId, ProductId, VariantId } from './ids.ts';
import { Metadata, ProductStatus, Seo } from './model.ts';

const TranslatedTexts = z.object({ title: z.string(), descriptionHtml: z.string().nullable(), seo: Seo });

/**
 * A product's full state without its variants, which have events of their own. An event holds 64 kB: where the long
 * texts would not fit, `descriptionHtml` is null and `translations` are titles only, with `shortened` true.
 */
export const ProductDetail = z.object({
  productId: ProductId,
  version: z.number().int().min(1),
  status: ProductStatus,
  title: z.string(),
  slug: z.string(),
  oldSlugs: z.array(z.string()),
  descriptionHtml: z.string().nullable(),
  vendor: z.string(),
  type: z.string(),
  tags: z.array(z.string()),
  taxCategory: z.string(),
  options: z.array(z.string()),
  media: z.array(z.object({ url: z.string(), alt: z.string() })),
  seo: Seo,
  categoryIds: z.array(CategoryId),
  translations: z.record(z.string(), TranslatedTexts),
  metadata: Metadata,
  externalId: z.string().nullable(),
  shortened: z.boolean(),
});
export type ProductDetail = z.output<typeof ProductDetail>;

/** A variant with what a sale needs to know of its product, so that pricing reads no product. */
export const VariantDetail = z.object({
  variantId: VariantId,
  productId: ProductId,
  version: z.number().int().min(1),
  sku: z.string().nullable(),
  /** The product's. */
  title: z.string(),
  options: z.array(z.object({ name: z.string(), value: z.string() })),
  prices: z.array(
    z.object({ currency: Currency, amount: z.number().int().min(0), compareAt: z.number().int().nullable() }),
  ),
  productStatus: ProductStatus,
  taxCategory: z.string(),
  taxable: z.boolean(),
  weightGrams: z.number().int().min(0),
  requiresShipping: z.boolean(),
});
export type VariantDetail = z.output<typeof VariantDetail>;

export const ProductCreated = defineEvent('catalog', 'ProductCreated', 1, ProductDetail);
export const ProductUpdated = defineEvent('catalog', 'ProductUpdated', 1, ProductDetail);
export const ProductDeleted = defineEvent(
  'catalog',
  'ProductDeleted',
  1,
  z.object({ productId: ProductId, version: z.number().int().min(1) }),
);

export const VariantCreated = defineEvent('catalog', 'VariantCreated', 1, VariantDetail);
/** Also when the title, status, tax category or option names of its product changed. */
export const VariantUpdated = defineEvent('catalog', 'VariantUpdated', 1, VariantDetail);
export const VariantDeleted = defineEvent(
  'catalog',
  'VariantDeleted',
  1,
  z.object({ variantId: VariantId, productId: ProductId, version: z.number().int().min(1) }),
);
