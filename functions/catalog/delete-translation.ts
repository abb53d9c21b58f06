import type { Clock } from '../../lib/runtime/clock.ts';
import { notFound, versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import type { ProductState } from './product-state.ts';
import type { OpenProductStore } from './product-store.ts';
import { assertVersion, rewriteProduct, stampOf } from './rewrite-product.ts';
import { TranslationParams } from './set-translation.ts';

export const deleteTranslationRoute = defineRoute({
  method: 'DELETE',
  path: '/v1/catalog/products/{productId}/translations/{locale}',
  summary: "Delete a product's texts in a language",
  callers: ['staff', 'secret'],
  permission: 'catalog:write',
  ifMatch: 'required',
  params: TranslationParams,
  status: 204,
  errors: [versionMismatch],
});

interface Deps {
  readonly products: OpenProductStore;
  readonly now: Clock;
}

/** The product is shown in the shop's own language again where this one is asked for. */
export const deleteTranslation =
  ({ products, now }: Deps): UseCase<typeof deleteTranslationRoute> =>
  async (request) => {
    const { caller, params, ifMatch } = request;
    const edit = (product: ProductState): ProductState => {
      assertVersion(ifMatch, product.version);
      const { [params.locale]: translation, ...translations } = product.translations;
      if (translation === undefined) throw notFound(`The product has no texts in ${params.locale}.`);
      return { ...product, translations };
    };
    await rewriteProduct(products(caller.tenant), params.productId, edit, stampOf(request, now));
    return { body: undefined };
  };
