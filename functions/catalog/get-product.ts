import * as z from 'zod';
import { Currency } from '../../lib/runtime/money.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { ProductId } from './ids.ts';
import { Locale, Product } from './model.ts';
import type { OpenProductStore } from './product-store.ts';
import { isVisible, productView, viewerOf } from './product-views.ts';
import { productNotFound } from './rewrite-product.ts';

/** In which language and currency a product is shown. */
export const ShownAs = z.strictObject({ locale: Locale.optional(), currency: Currency.optional() });

export const getProductRoute = defineRoute({
  method: 'GET',
  path: '/v1/catalog/products/{productId}',
  summary: 'Read a product with its variants',
  callers: ['publishable', 'staff', 'secret'],
  permission: 'catalog:read',
  params: z.strictObject({ productId: ProductId }),
  query: ShownAs,
  response: Product,
  status: 200,
});

interface Deps {
  readonly products: OpenProductStore;
}

/** A product by id; for a storefront only when it is active. */
export const getProduct =
  ({ products }: Deps): UseCase<typeof getProductRoute> =>
  async ({ caller, params, query }) => {
    const viewer = viewerOf(caller, query);
    const product = await products(caller.tenant).find(params.productId, { consistent: viewer.staff });
    if (product === undefined || !isVisible(product, viewer)) throw productNotFound(params.productId);
    return { body: productView(product, viewer), version: product.version };
  };
