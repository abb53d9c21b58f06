import * as z from 'zod';
import type { Clock } from '../../lib/runtime/clock.ts';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { localeNotEnabled, tooLarge } from './errors.ts';
import { ProductId } from './ids.ts';
import { Locale, Product, Translation } from './model.ts';
import type { ProductState } from './product-state.ts';
import type { OpenProductStore } from './product-store.ts';
import { productView, viewerOf } from './product-views.ts';
import { assertVersion, rewriteProduct, stampOf } from './rewrite-product.ts';

export const TranslationParams = z.strictObject({ productId: ProductId, locale: Locale });

export const setTranslationRoute = defineRoute({
  method: 'PUT',
  path: '/v1/catalog/products/{productId}/translations/{locale}',
  summary: "Set a product's texts in a language",
  callers: ['staff', 'secret'],
  permission: 'catalog:write',
  ifMatch: 'required',
  params: TranslationParams,
  body: Translation,
  maxBodyBytes: 256 * 1024,
  response: Product,
  status: 200,
  errors: [versionMismatch, localeNotEnabled, tooLarge],
});

interface Deps {
  readonly products: OpenProductStore;
  readonly now: Clock;
}

/** Replaces a product's texts in one language. If-Match names the product's version. */
export const setTranslation =
  ({ products, now }: Deps): UseCase<typeof setTranslationRoute> =>
  async (request) => {
    const { caller, params, body, ifMatch } = request;
    const { locales } = caller.settings;
    if (!locales.includes(params.locale)) {
      throw localeNotEnabled(`The shop speaks ${locales.join(', ')}, not ${params.locale}. Add it in the settings.`);
    }
    const edit = (product: ProductState): ProductState => {
      assertVersion(ifMatch, product.version);
      return { ...product, translations: { ...product.translations, [params.locale]: body } };
    };
    const product = await rewriteProduct(products(caller.tenant), params.productId, edit, stampOf(request, now));
    return { body: productView(product, viewerOf(caller)), version: product.version };
  };
