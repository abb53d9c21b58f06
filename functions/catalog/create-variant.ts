import * as z from 'zod';
import { assertSameRequest } from '../../lib/runtime/api.ts';
import type { Clock } from '../../lib/runtime/clock.ts';
import { conflict } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { currencyNotEnabled, optionsMismatch, optionsTaken, skuTaken, tooLarge, tooManyVariants } from './errors.ts';
import { ProductId, variantId, variantIdWithin } from './ids.ts';
import { MAX_VARIANTS, NewVariant, Variant } from './model.ts';
import type { ProductState } from './product-state.ts';
import type { OpenProductStore } from './product-store.ts';
import { variantView, viewerOf } from './product-views.ts';
import { rewriteProduct, sameOptions, stampOf, variantIn } from './rewrite-product.ts';
import { assertCurrencies, valuesOf } from './variant-rules.ts';

export const createVariantRoute = defineRoute({
  method: 'POST',
  path: '/v1/catalog/products/{productId}/variants',
  summary: 'Add a variant to a product',
  callers: ['staff', 'secret'],
  permission: 'catalog:write',
  idempotency: 'required',
  params: z.strictObject({ productId: ProductId }),
  body: NewVariant,
  response: Variant,
  status: 201,
  errors: [skuTaken, optionsTaken, optionsMismatch, tooManyVariants, currencyNotEnabled, tooLarge],
});

interface Deps {
  readonly products: OpenProductStore;
  readonly now: Clock;
}

/** Adds a variant once per Idempotency-Key: its id is in the product's item, so the item is the record of the request. */
export const createVariant =
  ({ products, now }: Deps): UseCase<typeof createVariantRoute> =>
  async (request) => {
    const { body, caller, idempotency, params } = request;
    assertCurrencies(body.prices, caller.settings.currencies);
    const id = variantIdWithin(params.productId, variantId.derive(caller.tenant, idempotency.scope));
    const stamp = stampOf(request, now);
    let replayed = false;
    const add = (product: ProductState): ProductState => {
      if (product.deletedVariants.includes(id)) {
        throw conflict(`The variant that this request created, ${id}, was deleted since.`);
      }
      const existing = product.variants.find((variant) => variant.id === id);
      replayed = existing !== undefined;
      if (existing !== undefined) {
        assertSameRequest(existing.requestHash, idempotency);
        return product;
      }
      const values = valuesOf(product, body.options);
      if (product.variants.some((variant) => sameOptions(variant.values, values))) {
        throw optionsTaken(`The product has a variant ${values.join(' / ') || 'without options'} already.`);
      }
      if (product.variants.length >= MAX_VARIANTS) {
        throw tooManyVariants(`A product has ${MAX_VARIANTS} variants at most.`);
      }
      const { options: _, ...facts } = body;
      const variant = { ...facts, id, version: 1, values, requestHash: idempotency.requestHash };
      return {
        ...product,
        variants: [...product.variants, { ...variant, createdAt: stamp.now, updatedAt: stamp.now }],
      };
    };
    const product = await rewriteProduct(products(caller.tenant), params.productId, add, stamp);
    const variant = variantIn(product, id);
    return {
      body: variantView(product, variant, viewerOf(caller)),
      version: variant.version,
      location: `/v1/catalog/variants/${id}`,
      replayed,
    };
  };
