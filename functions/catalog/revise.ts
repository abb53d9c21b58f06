import { isDeepStrictEqual } from 'node:util';
import type { Instant } from '../../lib/runtime/clock.ts';
import type { Actor } from '../../lib/runtime/tenant.ts';
import { skuTaken, tooLarge } from './errors.ts';
import { MAX_OLD_SLUGS, MAX_PRODUCT_BYTES } from './model.ts';
import type { ProductState, VariantState } from './product-state.ts';

/** When, by whom and in which request something is written. */
export interface Stamp {
  readonly now: Instant;
  readonly actor: Actor;
  readonly traceId: string;
}

/** What the product's own version counts. */
const ownFacts = (product: ProductState) => ({
  status: product.status,
  title: product.title,
  slug: product.slug,
  descriptionHtml: product.descriptionHtml,
  vendor: product.vendor,
  type: product.type,
  tags: product.tags,
  taxCategory: product.taxCategory,
  options: product.options,
  media: product.media,
  seo: product.seo,
  categoryIds: product.categoryIds,
  translations: product.translations,
  metadata: product.metadata,
  externalId: product.externalId,
});

/** What a variant's events say about its product: when one of these changes, all variants are told again. */
const factsInVariants = ({ status, title, taxCategory, options }: ProductState) => ({
  status,
  title,
  taxCategory,
  options,
});

const reviseVariant = (
  before: VariantState | undefined,
  draft: VariantState,
  productChanged: boolean,
  now: Instant,
): VariantState => {
  if (before === undefined) return { ...draft, version: 1, createdAt: now, updatedAt: now };
  const same = isDeepStrictEqual(
    { ...draft, version: before.version, createdAt: before.createdAt, updatedAt: before.updatedAt },
    before,
  );
  if (same && !productChanged) return before;
  return { ...draft, version: before.version + 1, createdAt: before.createdAt, updatedAt: now };
};

/** The slugs that lead to a product besides its own, newest last. */
const oldSlugsAfter = (before: ProductState, slug: string): string[] =>
  slug === before.slug
    ? before.oldSlugs
    : [...before.oldSlugs.filter((old) => old !== slug), before.slug].slice(-MAX_OLD_SLUGS);

/**
 * The next state of a product from a draft of it: the only place that counts versions, so that every event has the next
 * number of its aggregate and no number is left out. The draft's own counters and times are ignored.
 *
 * @returns undefined when the draft says nothing new
 * @throws sku_taken, too_large
 */
export const revise = (before: ProductState, draft: ProductState, stamp: Stamp): ProductState | undefined => {
  const ownChanged = !isDeepStrictEqual(ownFacts(before), ownFacts(draft));
  const productChanged = !isDeepStrictEqual(factsInVariants(before), factsInVariants(draft));
  const known = new Map(before.variants.map((variant) => [variant.id, variant]));
  const variants = draft.variants.map((variant) =>
    reviseVariant(known.get(variant.id), variant, productChanged, stamp.now),
  );
  const kept = new Set(variants.map((variant) => variant.id));
  const gone = before.variants.filter((variant) => !kept.has(variant.id)).map((variant) => variant.id);
  const variantsChanged = !isDeepStrictEqual(before.variants, variants);
  if (!ownChanged && !variantsChanged) return undefined;
  return assertSound({
    ...draft,
    oldSlugs: oldSlugsAfter(before, draft.slug),
    variants,
    deletedVariants: [...before.deletedVariants, ...gone].slice(-MAX_DELETED),
    version: before.version + (ownChanged ? 1 : 0),
    revision: before.revision + 1,
    createdAt: before.createdAt,
    updatedAt: stamp.now,
    actor: stamp.actor,
    traceId: stamp.traceId,
  });
};

/** How many deleted variants are remembered. */
const MAX_DELETED = 200;

/**
 * What a product must be like on its own; against other products its SKUs are told apart by the write.
 * @throws sku_taken when two of its variants have one SKU, too_large when it would not fit into one item
 */
export const assertSound = (product: ProductState): ProductState => {
  const skus = new Set<string>();
  for (const { sku } of product.variants) {
    if (sku === null) continue;
    if (skus.has(sku)) throw skuTaken(`Two variants of the product would have the SKU ${sku}.`);
    skus.add(sku);
  }
  const bytes = Buffer.byteLength(JSON.stringify(product));
  if (bytes <= MAX_PRODUCT_BYTES) return product;
  throw tooLarge(
    `With its variants and translations the product would have ${bytes} bytes; ${MAX_PRODUCT_BYTES} is the limit. Shorten its texts.`,
  );
};
