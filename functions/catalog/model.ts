import * as z from 'zod';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { Instant } from '../../lib/runtime/clock.ts';
import { Currency } from '../../lib/runtime/money.ts';
import { CategoryId, ProductId, VariantId } from './ids.ts';

/** Of one product. The limit of an item (300 kB) is far away even with many prices. */
export const MAX_VARIANTS = 100;
export const MAX_CATEGORIES = 10;
export const MAX_OPTIONS = 3;
/** Old slugs that still lead to the product; the oldest is given free first. */
export const MAX_OLD_SLUGS = 20;
/** Bytes of JSON. DynamoDB takes 400 kB; the rest is for what a change adds beside the product itself. */
export const MAX_PRODUCT_BYTES = 300_000;

const text = (max: number) => z.string().max(max);
const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    // Control characters in a title or name break lists, exports and mails later on.
    .regex(/^[^\p{Cc}]*$/u, 'must not contain control characters');

export const ProductStatus = z.enum(['draft', 'active', 'archived']);
export type ProductStatus = z.output<typeof ProductStatus>;

/** The last part of a product's URL: lower-case letters (of any script), digits, `-` and `_`. */
export const Slug = z
  .string()
  .min(1)
  .max(200)
  .regex(
    /^[\p{Ll}\p{Lo}\p{Lm}\p{N}][\p{Ll}\p{Lo}\p{Lm}\p{M}\p{N}_-]*$/u,
    'must be lower-case letters, digits, - and _, beginning with a letter or digit',
  );

/** BCP 47, as far as shops use it: `de`, `de-AT`, `zh-Hant-TW`. */
export const Locale = z.string().regex(/^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?$/, 'must be a language tag');

/** A merchant's own notes: 50 strings at most. Staff see them, storefronts do not. */
export const Metadata = z
  .record(z.string().min(1).max(100), z.string().max(1000))
  .refine((metadata) => Object.keys(metadata).length <= 50, 'may have 50 entries at most');
export type Metadata = z.output<typeof Metadata>;
export const MetadataPatch = z
  .record(z.string().min(1).max(100), z.string().max(1000).nullable())
  .refine((metadata) => Object.keys(metadata).length <= 100, 'may change 100 entries at most');
export const ExternalId = text(200).min(1).nullable();

export const Sku = line(100);

/** Of one unit, in minor units of the currency. `compareAt`: what it is shown against, struck through. */
export const Price = z.strictObject({
  currency: Currency,
  amount: z.number().int().min(0).max(1e11),
  compareAt: z.number().int().min(0).max(1e11).nullable().default(null),
});
export type Price = z.output<typeof Price>;
export const Prices = z
  .array(Price)
  .max(20)
  .refine((prices) => new Set(prices.map((price) => price.currency)).size === prices.length, {
    error: 'may have each currency once',
  });

/** A picture that is somewhere on the Internet. */
export const LinkedMedia = z.strictObject({
  url: z.url({ protocol: /^https?$/, hostname: z.regexes.domain, error: 'must be an http or https URL' }).max(2000),
  alt: text(500).default(''),
});
/** A picture: one of the shop's public files in storage, or one that is somewhere else. */
export const Media = z.union([
  z.strictObject({
    fileId: OpaqueId,
    /** As it was read: what counts is the file. */
    url: z.string().max(2000).optional(),
    alt: text(500).default(''),
  }),
  LinkedMedia,
]);
/** A picture as it is shown. The `url` of a file of the shop is a path of this API that anybody may read. */
export const ShownMedia = z.object({ url: z.string(), alt: z.string(), fileId: z.string().optional() });
export const Seo = z.strictObject({ title: text(255).nullable(), description: text(1000).nullable() });
export const NO_SEO: z.output<typeof Seo> = { title: null, description: null };

/** What a translation replaces; what it leaves out stays in the shop's own language. */
export const Translation = z.strictObject({
  title: line(255),
  descriptionHtml: text(50_000).nullable().default(null),
  seo: Seo.default(NO_SEO),
});
export type Translation = z.output<typeof Translation>;

const shape = {
  title: line(255),
  slug: Slug,
  status: ProductStatus,
  descriptionHtml: text(50_000),
  vendor: text(255),
  type: text(255),
  tags: z.array(line(255)).max(250),
  taxCategory: z.string().regex(/^[a-z0-9_-]{1,64}$/, 'must be lower-case letters, digits, - and _'),
  options: z.array(z.strictObject({ name: line(100) })).max(MAX_OPTIONS),
  media: z.array(Media).max(100),
  seo: Seo,
  categoryIds: z.array(CategoryId).max(MAX_CATEGORIES),
  externalId: ExternalId,
};

/** What makes a new product; only the title must be given. Without a slug one is made from the title. */
export const NewProduct = z.strictObject({
  title: shape.title,
  slug: shape.slug.optional(),
  status: shape.status.default('draft'),
  descriptionHtml: shape.descriptionHtml.default(''),
  vendor: shape.vendor.default(''),
  type: shape.type.default(''),
  tags: shape.tags.default([]),
  taxCategory: shape.taxCategory.default('standard'),
  options: shape.options.default([]),
  media: shape.media.default([]),
  seo: shape.seo.partial().default({}),
  categoryIds: shape.categoryIds.default([]),
  metadata: Metadata.default({}),
  externalId: shape.externalId.default(null),
});
export type NewProduct = z.output<typeof NewProduct>;

/** A merge patch: lists are replaced, members of `seo` and `metadata` are merged, and a null takes an entry away. */
export const ProductPatch = z.strictObject({ ...shape, seo: shape.seo.partial(), metadata: MetadataPatch }).partial();
export type ProductPatch = z.output<typeof ProductPatch>;

const OptionValue = z.strictObject({ name: line(100), value: line(255) });
const variantShape = {
  sku: Sku.nullable(),
  barcode: text(100).nullable(),
  options: z.array(OptionValue).max(MAX_OPTIONS),
  weightGrams: z.number().int().min(0).max(100_000_000),
  requiresShipping: z.boolean(),
  taxable: z.boolean(),
  externalId: ExternalId,
};

export const NewVariant = z.strictObject({
  sku: variantShape.sku.default(null),
  barcode: variantShape.barcode.default(null),
  options: variantShape.options.default([]),
  prices: Prices.default([]),
  weightGrams: variantShape.weightGrams.default(0),
  requiresShipping: variantShape.requiresShipping.default(true),
  taxable: variantShape.taxable.default(true),
  metadata: Metadata.default({}),
  externalId: variantShape.externalId.default(null),
});
export type NewVariant = z.output<typeof NewVariant>;

export const VariantPatch = z.strictObject({ ...variantShape, metadata: MetadataPatch }).partial();
export type VariantPatch = z.output<typeof VariantPatch>;

/** A variant as the API answers it. `metadata` and `externalId` are for staff and secret keys only. */
export const Variant = z.object({
  id: VariantId,
  productId: ProductId,
  version: z.number().int(),
  sku: z.string().nullable(),
  barcode: z.string().nullable(),
  options: z.array(z.object({ name: z.string(), value: z.string() })),
  prices: z.array(Price),
  weightGrams: z.number().int(),
  requiresShipping: z.boolean(),
  taxable: z.boolean(),
  metadata: Metadata.optional(),
  externalId: z.string().nullable().optional(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Variant = z.output<typeof Variant>;

/** A product as the API answers it. `translations`, `metadata` and `externalId` are for staff and secret keys only. */
export const Product = z.object({
  id: ProductId,
  version: z.number().int(),
  status: ProductStatus,
  title: z.string(),
  slug: z.string(),
  descriptionHtml: z.string(),
  vendor: z.string(),
  type: z.string(),
  tags: z.array(z.string()),
  taxCategory: z.string(),
  options: z.array(z.object({ name: z.string(), values: z.array(z.string()) })),
  media: z.array(ShownMedia),
  seo: Seo,
  categoryIds: z.array(CategoryId),
  variants: z.array(Variant),
  translations: z.record(z.string(), Translation).optional(),
  metadata: Metadata.optional(),
  externalId: z.string().nullable().optional(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Product = z.output<typeof Product>;

/** A product in a list: what a shelf shows. `prices` is the range over the variants, per currency. */
export const ProductSummary = z.object({
  id: ProductId,
  status: ProductStatus,
  title: z.string(),
  slug: z.string(),
  vendor: z.string(),
  type: z.string(),
  image: z.object({ url: z.string(), alt: z.string() }).nullable(),
  prices: z.array(z.object({ currency: Currency, from: z.number().int(), to: z.number().int() })),
  categoryIds: z.array(CategoryId),
  createdAt: Instant,
  updatedAt: Instant,
});
export type ProductSummary = z.output<typeof ProductSummary>;
