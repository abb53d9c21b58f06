import * as z from 'zod';
import type { Clock } from '../../lib/runtime/clock.ts';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { VariantId } from './ids.ts';
import type { ProductState } from './product-state.ts';
import type { OpenProductStore } from './product-store.ts';
import { assertVersion, rewriteProduct, stampOf, variantIn } from './rewrite-product.ts';

export const deleteVariantRoute = defineRoute({
  method: 'DELETE',
  path: '/v1/catalog/variants/{variantId}',
  summary: 'Delete a variant',
  callers: ['staff', 'secret'],
  permission: 'catalog:write',
  ifMatch: 'required',
  params: z.strictObject({ variantId: VariantId }),
  status: 204,
  errors: [versionMismatch],
});

interface Deps {
  readonly products: OpenProductStore;
  readonly now: Clock;
}

/** Takes a variant out of its product; its SKU is free again. */
export const deleteVariant =
  ({ products, now }: Deps): UseCase<typeof deleteVariantRoute> =>
  async (request) => {
    const { caller, params, ifMatch } = request;
    const edit = (product: ProductState): ProductState => {
      assertVersion(ifMatch, variantIn(product, params.variantId).version);
      return { ...product, variants: product.variants.filter((variant) => variant.id !== params.variantId) };
    };
    await rewriteProduct(products(caller.tenant), params.variantId, edit, stampOf(request, now));
    return { body: undefined };
  };
