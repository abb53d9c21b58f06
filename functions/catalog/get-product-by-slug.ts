import * as z from 'zod';
import { notFound } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { ShownAs } from './get-product.ts';
import { Product, Slug } from './model.ts';
import type { OpenProductStore } from './product-store.ts';
import { isVisible, productView, viewerOf } from './product-views.ts';

export const getProductBySlugRoute = defineRoute({
  method: 'GET',
  path: '/v1/catalog/products/by-slug/{slug}',
  summary: 'Read a product by its slug or an old slug',
  callers: ['publishable', 'staff', 'secret'],
  permission: 'catalog:read',
  params: z.strictObject({ slug: Slug }),
  query: ShownAs,
  response: Product,
  status: 200,
});

interface Deps {
  readonly products: OpenProductStore;
}

/** A product by slug. Asked by an old slug it answers the same; `slug` in the answer is the one to redirect to. */
export const getProductBySlug =
  ({ products }: Deps): UseCase<typeof getProductBySlugRoute> =>
  async ({ caller, params, query }) => {
    const viewer = viewerOf(caller, query);
    const product = await products(caller.tenant).findBySlug(params.slug, { consistent: viewer.staff });
    if (product === undefined || !isVisible(product, viewer)) {
      throw notFound(`There is no product with the slug ${params.slug}.`);
    }
    return { body: productView(product, viewer), version: product.version };
  };
