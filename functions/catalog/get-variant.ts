import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { ShownAs } from './get-product.ts';
import { VariantId } from './ids.ts';
import { Variant } from './model.ts';
import type { OpenProductStore } from './product-store.ts';
import { isVisible, variantView, viewerOf } from './product-views.ts';
import { variantIn, variantNotFound } from './rewrite-product.ts';

export const getVariantRoute = defineRoute({
  method: 'GET',
  path: '/v1/catalog/variants/{variantId}',
  summary: 'Read a variant',
  callers: ['publishable', 'staff', 'secret'],
  permission: 'catalog:read',
  params: z.strictObject({ variantId: VariantId }),
  query: ShownAs.pick({ currency: true }),
  response: Variant,
  status: 200,
});

interface Deps {
  readonly products: OpenProductStore;
}

/** A variant by id; for a storefront only when its product is active. */
export const getVariant =
  ({ products }: Deps): UseCase<typeof getVariantRoute> =>
  async ({ caller, params, query }) => {
    const viewer = viewerOf(caller, query);
    const product = await products(caller.tenant).find(params.variantId, { consistent: viewer.staff });
    if (product === undefined || !isVisible(product, viewer)) throw variantNotFound(params.variantId);
    const variant = variantIn(product, params.variantId);
    return { body: variantView(product, variant, viewer), version: variant.version };
  };
