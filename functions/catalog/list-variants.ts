import * as z from 'zod';
import { pageOf } from '../../lib/runtime/cursor.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { ShownAs } from './get-product.ts';
import { ProductId } from './ids.ts';
import { Variant } from './model.ts';
import type { OpenProductStore } from './product-store.ts';
import { isVisible, variantView, viewerOf } from './product-views.ts';
import { productNotFound } from './rewrite-product.ts';

export const listVariantsRoute = defineRoute({
  method: 'GET',
  path: '/v1/catalog/products/{productId}/variants',
  summary: "List a product's variants",
  callers: ['publishable', 'staff', 'secret'],
  permission: 'catalog:read',
  params: z.strictObject({ productId: ProductId }),
  query: ShownAs.pick({ currency: true }),
  response: pageOf(Variant),
  status: 200,
});

interface Deps {
  readonly products: OpenProductStore;
}

/** All variants of a product in one page: it has 100 at most. */
export const listVariants =
  ({ products }: Deps): UseCase<typeof listVariantsRoute> =>
  async ({ caller, params, query }) => {
    const viewer = viewerOf(caller, query);
    const product = await products(caller.tenant).find(params.productId, { consistent: viewer.staff });
    if (product === undefined || !isVisible(product, viewer)) throw productNotFound(params.productId);
    return { body: { items: product.variants.map((variant) => variantView(product, variant, viewer)), next: null } };
  };
