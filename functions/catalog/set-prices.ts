import * as z from 'zod';
import type { Clock } from '../../lib/runtime/clock.ts';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { currencyNotEnabled } from './errors.ts';
import { VariantId } from './ids.ts';
import { Prices, Variant } from './model.ts';
import type { ProductState } from './product-state.ts';
import type { OpenProductStore } from './product-store.ts';
import { variantView, viewerOf } from './product-views.ts';
import { rewriteProduct, stampOf, variantIn } from './rewrite-product.ts';
import { withVariant } from './update-variant.ts';
import { assertCurrencies } from './variant-rules.ts';

export const setPricesRoute = defineRoute({
  method: 'PUT',
  path: '/v1/catalog/variants/{variantId}/prices',
  summary: "Set a variant's prices, one per currency",
  callers: ['staff', 'secret'],
  permission: 'catalog:write',
  ifMatch: 'required',
  params: z.strictObject({ variantId: VariantId }),
  body: Prices,
  response: Variant,
  status: 200,
  errors: [versionMismatch, currencyNotEnabled],
});

interface Deps {
  readonly products: OpenProductStore;
  readonly now: Clock;
}

/** Replaces all prices of a variant: a currency that is left out has no price any more. */
export const setPrices =
  ({ products, now }: Deps): UseCase<typeof setPricesRoute> =>
  async (request) => {
    const { caller, params, body, ifMatch } = request;
    assertCurrencies(body, caller.settings.currencies);
    const edit = (product: ProductState) =>
      withVariant(product, params.variantId, ifMatch, (variant) => ({ ...variant, prices: body }));
    const product = await rewriteProduct(products(caller.tenant), params.variantId, edit, stampOf(request, now));
    const variant = variantIn(product, params.variantId);
    return { body: variantView(product, variant, viewerOf(caller)), version: variant.version };
  };
