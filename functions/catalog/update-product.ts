import type { Clock } from '../../lib/runtime/clock.ts';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import * as z from 'zod';
import { optionsInUse, slugTaken, tooLarge, unknownCategory, unknownFile } from './errors.ts';
import { ProductId } from './ids.ts';
import { type Metadata, Product, ProductPatch } from './model.ts';
import { mergeMetadata } from './merge-metadata.ts';
import { type AskFiles, productMedia } from './product-media.ts';
import type { ProductState } from './product-state.ts';
import type { OpenProductStore } from './product-store.ts';
import { productView, viewerOf } from './product-views.ts';
import { assertVersion, rewriteProduct, stampOf } from './rewrite-product.ts';

export const updateProductRoute = defineRoute({
  method: 'PATCH',
  path: '/v1/catalog/products/{productId}',
  summary: 'Change a product',
  callers: ['staff', 'secret'],
  permission: 'catalog:write',
  ifMatch: 'required',
  params: z.strictObject({ productId: ProductId }),
  body: ProductPatch,
  maxBodyBytes: 256 * 1024,
  response: Product,
  status: 200,
  errors: [versionMismatch, slugTaken, optionsInUse, unknownCategory, unknownFile, tooLarge],
});

/** Option names as they will be. Variants keep their values by position, so their number is fixed once there are any. */
const optionsAfter = (product: ProductState, options: ProductPatch['options']): string[] => {
  if (options === undefined) return product.options;
  if (product.variants.length > 0 && options.length !== product.options.length) {
    throw optionsInUse(
      `The product's variants have ${product.options.length} options. Delete the variants first, or only rename options.`,
    );
  }
  return options.map((option) => option.name);
};

const patched = (
  product: ProductState,
  patch: Omit<ProductPatch, 'media'>,
  media: ProductState['media'] | undefined,
): ProductState => {
  const metadata: Metadata = mergeMetadata(product.metadata, patch.metadata);
  return {
    ...product,
    title: patch.title ?? product.title,
    slug: patch.slug ?? product.slug,
    status: patch.status ?? product.status,
    descriptionHtml: patch.descriptionHtml ?? product.descriptionHtml,
    vendor: patch.vendor ?? product.vendor,
    type: patch.type ?? product.type,
    tags: patch.tags === undefined ? product.tags : [...new Set(patch.tags)],
    taxCategory: patch.taxCategory ?? product.taxCategory,
    options: optionsAfter(product, patch.options),
    media: media ?? product.media,
    seo: {
      title: patch.seo?.title === undefined ? product.seo.title : patch.seo.title,
      description: patch.seo?.description === undefined ? product.seo.description : patch.seo.description,
    },
    categoryIds: patch.categoryIds === undefined ? product.categoryIds : [...new Set(patch.categoryIds)],
    metadata,
    externalId: patch.externalId === undefined ? product.externalId : patch.externalId,
  };
};

interface Deps {
  readonly products: OpenProductStore;
  readonly askFiles: AskFiles;
  readonly now: Clock;
}

/** Changes what the patch names and nothing else. A new slug leaves the old one leading here. */
export const updateProduct =
  ({ products, askFiles, now }: Deps): UseCase<typeof updateProductRoute> =>
  async (request) => {
    const { caller, params, body, ifMatch, traceId } = request;
    const media =
      body.media === undefined
        ? undefined
        : await productMedia(askFiles)({ tenant: caller.tenant, traceId }, body.media);
    const edit = (product: ProductState) => {
      assertVersion(ifMatch, product.version);
      return patched(product, body, media);
    };
    const product = await rewriteProduct(products(caller.tenant), params.productId, edit, stampOf(request, now));
    return { body: productView(product, viewerOf(caller)), version: product.version };
  };
