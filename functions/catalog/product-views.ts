import type { TenantCaller } from '../../lib/runtime/tenant.ts';
import type { Product, ProductSummary, Translation, Variant } from './model.ts';
import type { Listing, ProductState, VariantState } from './product-state.ts';

/** For whom an answer is made. */
export interface Viewer {
  /** Staff and secret keys see everything; storefronts see active products without the merchant's own notes. */
  readonly staff: boolean;
  readonly locale?: string | undefined;
  /** Only prices in this currency. */
  readonly currency?: string | undefined;
}

export const viewerOf = (
  caller: TenantCaller,
  query: { readonly locale?: string | undefined; readonly currency?: string | undefined } = {},
): Viewer => ({
  staff: caller.kind === 'staff' || caller.kind === 'secret',
  locale: query.locale,
  currency: query.currency,
});

/** May this viewer know that the product exists? */
export const isVisible = (product: Pick<ProductState, 'status'>, viewer: Viewer): boolean =>
  viewer.staff || product.status === 'active';

/** By exact language tag, then by its language alone: `de-AT` falls back to `de`, then to the shop's own texts. */
const inLocale = <Text>(texts: Readonly<Record<string, Text>>, locale: string | undefined): Text | undefined =>
  locale === undefined ? undefined : (texts[locale] ?? texts[locale.split('-')[0] ?? locale]);

const ofCurrency = <Priced extends { readonly currency: string }>(
  prices: readonly Priced[],
  currency: string | undefined,
): Priced[] => prices.filter((price) => currency === undefined || price.currency === currency);

const withOwnTexts = (product: ProductState, translation: Translation | undefined) => ({
  title: translation?.title ?? product.title,
  descriptionHtml: translation?.descriptionHtml ?? product.descriptionHtml,
  seo: {
    title: translation?.seo.title ?? product.seo.title,
    description: translation?.seo.description ?? product.seo.description,
  },
});

/** A variant's options as name and value. */
export const optionsOf = (product: Pick<ProductState, 'options'>, variant: Pick<VariantState, 'values'>) =>
  product.options.map((name, index) => ({ name, value: variant.values[index] ?? '' }));

export const variantView = (product: ProductState, variant: VariantState, viewer: Viewer): Variant => ({
  id: variant.id,
  productId: product.id,
  version: variant.version,
  sku: variant.sku,
  barcode: variant.barcode,
  options: optionsOf(product, variant),
  prices: ofCurrency(variant.prices, viewer.currency),
  weightGrams: variant.weightGrams,
  requiresShipping: variant.requiresShipping,
  taxable: variant.taxable,
  ...(viewer.staff ? { metadata: variant.metadata, externalId: variant.externalId } : {}),
  createdAt: variant.createdAt,
  updatedAt: variant.updatedAt,
});

export const productView = (product: ProductState, viewer: Viewer): Product => ({
  id: product.id,
  version: product.version,
  status: product.status,
  ...withOwnTexts(product, inLocale(product.translations, viewer.locale)),
  slug: product.slug,
  vendor: product.vendor,
  type: product.type,
  tags: product.tags,
  taxCategory: product.taxCategory,
  options: product.options.map((name, index) => ({
    name,
    values: [...new Set(product.variants.map((variant) => variant.values[index] ?? ''))],
  })),
  media: product.media,
  categoryIds: product.categoryIds,
  variants: product.variants.map((variant) => variantView(product, variant, viewer)),
  ...(viewer.staff
    ? { translations: product.translations, metadata: product.metadata, externalId: product.externalId }
    : {}),
  createdAt: product.createdAt,
  updatedAt: product.updatedAt,
});

export const summaryView = ({ titles, ...listing }: Listing, viewer: Viewer): ProductSummary => ({
  ...listing,
  title: inLocale(titles, viewer.locale) ?? listing.title,
  prices: ofCurrency(listing.prices, viewer.currency),
});
