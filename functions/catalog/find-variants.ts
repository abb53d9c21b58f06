import * as z from 'zod';
import { pageOf } from '../../lib/runtime/cursor.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { ShownAs } from './get-product.ts';
import { Sku, Variant } from './model.ts';
import type { OpenProductStore } from './product-store.ts';
import { isVisible, variantView, viewerOf } from './product-views.ts';

export const findVariantsRoute = defineRoute({
  method: 'GET',
  path: '/v1/catalog/variants',
  summary: 'Find the variant that has a SKU',
  callers: ['publishable', 'staff', 'secret'],
  permission: 'catalog:read',
  query: z.strictObject({ sku: Sku, currency: ShownAs.shape.currency }),
  response: pageOf(Variant),
  status: 200,
});

interface Deps {
  readonly products: OpenProductStore;
}

/** One variant or none: a SKU is unique in its shop. */
export const findVariants =
  ({ products }: Deps): UseCase<typeof findVariantsRoute> =>
  async ({ caller, query }) => {
    const viewer = viewerOf(caller, query);
    const product = await products(caller.tenant).findBySku(query.sku, { consistent: viewer.staff });
    const found = product === undefined || !isVisible(product, viewer) ? [] : [product];
    const items = found.flatMap((of) =>
      of.variants.filter((variant) => variant.sku === query.sku).map((variant) => variantView(of, variant, viewer)),
    );
    return { body: { items, next: null } };
  };
