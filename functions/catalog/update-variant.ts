import * as z from 'zod';
import type { Clock } from '../../lib/runtime/clock.ts';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { optionsMismatch, optionsTaken, skuTaken, tooLarge } from './errors.ts';
import { VariantId } from './ids.ts';
import { mergeMetadata } from './merge-metadata.ts';
import { Variant, VariantPatch } from './model.ts';
import type { ProductState, VariantState } from './product-state.ts';
import type { OpenProductStore } from './product-store.ts';
import { variantView, viewerOf } from './product-views.ts';
import { assertVersion, rewriteProduct, sameOptions, stampOf, variantIn } from './rewrite-product.ts';
import { valuesOf } from './variant-rules.ts';

export const updateVariantRoute = defineRoute({
  method: 'PATCH',
  path: '/v1/catalog/variants/{variantId}',
  summary: 'Change a variant',
  callers: ['staff', 'secret'],
  permission: 'catalog:write',
  ifMatch: 'required',
  params: z.strictObject({ variantId: VariantId }),
  body: VariantPatch,
  response: Variant,
  status: 200,
  errors: [versionMismatch, skuTaken, optionsTaken, optionsMismatch, tooLarge],
});

const patched = (product: ProductState, variant: VariantState, patch: VariantPatch): VariantState => {
  const values = patch.options === undefined ? variant.values : valuesOf(product, patch.options);
  if (product.variants.some((other) => other.id !== variant.id && sameOptions(other.values, values))) {
    throw optionsTaken(`The product has a variant ${values.join(' / ')} already.`);
  }
  return {
    ...variant,
    values,
    sku: patch.sku === undefined ? variant.sku : patch.sku,
    barcode: patch.barcode === undefined ? variant.barcode : patch.barcode,
    weightGrams: patch.weightGrams ?? variant.weightGrams,
    requiresShipping: patch.requiresShipping ?? variant.requiresShipping,
    taxable: patch.taxable ?? variant.taxable,
    metadata: mergeMetadata(variant.metadata, patch.metadata),
    externalId: patch.externalId === undefined ? variant.externalId : patch.externalId,
  };
};

/** The product with one of its variants replaced. @throws not_found, version_mismatch */
export const withVariant = (
  product: ProductState,
  id: VariantId,
  ifMatch: number | undefined,
  change: (variant: VariantState) => VariantState,
): ProductState => {
  const variant = variantIn(product, id);
  assertVersion(ifMatch, variant.version);
  return { ...product, variants: product.variants.map((other) => (other.id === id ? change(other) : other)) };
};

interface Deps {
  readonly products: OpenProductStore;
  readonly now: Clock;
}

/** Changes what the patch names and nothing else; If-Match names the variant's version, not its product's. */
export const updateVariant =
  ({ products, now }: Deps): UseCase<typeof updateVariantRoute> =>
  async (request) => {
    const { caller, params, body, ifMatch } = request;
    const edit = (product: ProductState) =>
      withVariant(product, params.variantId, ifMatch, (variant) => patched(product, variant, body));
    const product = await rewriteProduct(products(caller.tenant), params.variantId, edit, stampOf(request, now));
    const variant = variantIn(product, params.variantId);
    return { body: variantView(product, variant, viewerOf(caller)), version: variant.version };
  };
