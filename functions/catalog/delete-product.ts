import * as z from 'zod';
import type { Clock } from '../../lib/runtime/clock.ts';
import { temporarilyUnavailable, versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { ProductId } from './ids.ts';
import { skusOf } from './product-keys.ts';
import type { OpenProductStore } from './product-store.ts';
import { assertVersion, productNotFound, rewriteProduct, stampOf } from './rewrite-product.ts';

export const deleteProductRoute = defineRoute({
  method: 'DELETE',
  path: '/v1/catalog/products/{productId}',
  summary: 'Delete a product with its variants',
  callers: ['staff', 'secret'],
  permission: 'catalog:write',
  ifMatch: 'required',
  params: z.strictObject({ productId: ProductId }),
  status: 204,
  errors: [versionMismatch],
});

interface Deps {
  readonly products: OpenProductStore;
  readonly now: Clock;
}

/** As many SKUs as fit into the transaction of the deletion, beside slugs and list entries. */
const SKUS_AT_ONCE = 60;
const ATTEMPTS = 5;

/**
 * Deletes a product; its slugs and SKUs are free again. One with very many variants loses some of them first: cut off
 * in between it is a product with fewer variants, of the same version, and the same request goes on.
 */
export const deleteProduct =
  ({ products, now }: Deps): UseCase<typeof deleteProductRoute> =>
  async (request) => {
    const { caller, params, ifMatch } = request;
    const store = products(caller.tenant);
    const stamp = stampOf(request, now);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      let product = await store.find(params.productId, { consistent: true });
      if (product === undefined) throw productNotFound(params.productId);
      assertVersion(ifMatch, product.version);
      while (skusOf(product).length > SKUS_AT_ONCE) {
        const edit = (current: typeof product & {}) => ({ ...current, variants: current.variants.slice(0, -40) });
        product = await rewriteProduct(store, product.id, edit, stamp);
      }
      const { id, version } = product;
      const { now: deletedAt, actor, traceId } = stamp;
      if (await store.remove(product, { id, version: version + 1, deletedAt, actor, traceId })) {
        return { body: undefined };
      }
    }
    throw temporarilyUnavailable('The product is being changed by many at once. Try again in a moment.', {
      retryAfter: 1,
    });
  };
