import { eventOf, type OutgoingEvent } from '../../lib/runtime/events.ts';
import type { Item } from '../../lib/runtime/db.ts';
import type { Change } from '../../lib/runtime/change.ts';
import {
  ProductCreated,
  ProductDeleted,
  type ProductDetail,
  ProductUpdated,
  VariantCreated,
  VariantDeleted,
  type VariantDetail,
  VariantUpdated,
} from './events.ts';
import { DeletedProduct, ProductState, type VariantState } from './product-state.ts';
import { optionsOf } from './product-views.ts';

/** An event is 64 kB at most; the rest is for the envelope. */
const MAX_DETAIL_BYTES = 60_000;

const productDetail = (product: ProductState): ProductDetail => {
  const { id, version, status, title, slug, oldSlugs, descriptionHtml, vendor, type, tags, taxCategory } = product;
  const { options, media, seo, categoryIds, translations, metadata, externalId } = product;
  const facts = {
    productId: id,
    version,
    status,
    title,
    slug,
    oldSlugs,
    vendor,
    type,
    tags,
    taxCategory,
    options,
    media,
  };
  const rest = { seo, categoryIds, metadata, externalId };
  const full = { ...facts, ...rest, descriptionHtml, translations, shortened: false };
  if (Buffer.byteLength(JSON.stringify(full)) <= MAX_DETAIL_BYTES) return full;
  const titles = Object.entries(translations).map(([locale, translation]) => [
    locale,
    { ...translation, descriptionHtml: null },
  ]);
  const short = { ...full, descriptionHtml: null, translations: Object.fromEntries(titles), shortened: true };
  // 100 pictures with long URLs alone can be more than an event holds.
  return Buffer.byteLength(JSON.stringify(short)) <= MAX_DETAIL_BYTES
    ? short
    : { ...short, media: media.slice(0, 1), metadata: {}, tags: tags.slice(0, 100) };
};

const variantDetail = (product: ProductState, variant: VariantState): VariantDetail => ({
  variantId: variant.id,
  productId: product.id,
  version: variant.version,
  sku: variant.sku,
  title: product.title,
  options: optionsOf(product, variant),
  prices: variant.prices,
  productStatus: product.status,
  taxCategory: product.taxCategory,
  taxable: variant.taxable,
  weightGrams: variant.weightGrams,
  requiresShipping: variant.requiresShipping,
});

const isProduct = (item: Item | undefined): boolean => item?.['sk'] === 'product';
const isTombstone = (item: Item | undefined): boolean => item?.['deletedAt'] !== undefined;

/**
 * The events that a change of a product's item means: one per new version of the product and of each variant, with that
 * version as sequence. A write that changed no version (or the expiry of a tombstone) means none.
 */
export const toEvents = ({ tenant, before: old, after: now }: Change): readonly OutgoingEvent[] => {
  if (!isProduct(old) && !isProduct(now)) return [];
  if (now === undefined || isTombstone(old)) return [];
  const before = old === undefined ? undefined : ProductState.parse(old);
  if (isTombstone(now)) return before === undefined ? [] : deletion(tenant, before, DeletedProduct.parse(now));
  const after = ProductState.parse(now);
  const common = { tenant, time: after.updatedAt, actor: after.actor, correlationId: after.traceId };
  const known = new Map(before?.variants.map((variant) => [variant.id, variant.version]));
  const kept = new Set(after.variants.map((variant) => variant.id));
  const ofProduct = { ...common, aggregateId: after.id, sequence: after.version };
  return [
    ...(before?.version === after.version
      ? []
      : [eventOf(after.version === 1 ? ProductCreated : ProductUpdated, ofProduct, productDetail(after))]),
    ...after.variants.flatMap((variant) => {
      const knownVersion = known.get(variant.id);
      if (knownVersion === variant.version) return [];
      const fields = { ...common, aggregateId: variant.id, sequence: variant.version };
      const contract = variant.version === 1 ? VariantCreated : VariantUpdated;
      return [eventOf(contract, fields, variantDetail(after, variant))];
    }),
    ...(before?.variants ?? []).flatMap((variant) =>
      kept.has(variant.id) ? [] : [variantDeleted(common, after.id, variant)],
    ),
  ];
};

type Common = Pick<Parameters<typeof eventOf>[1], 'tenant' | 'time' | 'actor' | 'correlationId'>;

const variantDeleted = (common: Common, productId: ProductState['id'], variant: VariantState): OutgoingEvent => {
  const version = variant.version + 1;
  const fields = { ...common, aggregateId: variant.id, sequence: version };
  return eventOf(VariantDeleted, fields, { variantId: variant.id, productId, version });
};

const deletion = (tenant: Change['tenant'], before: ProductState, deleted: DeletedProduct): OutgoingEvent[] => {
  const { deletedAt: time, actor, traceId: correlationId, version } = deleted;
  const common: Common = { tenant, time, actor, correlationId };
  return [
    ...before.variants.map((variant) => variantDeleted(common, before.id, variant)),
    eventOf(
      ProductDeleted,
      { ...common, aggregateId: before.id, sequence: version },
      { productId: before.id, version },
    ),
  ];
};
