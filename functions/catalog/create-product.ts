import { assertSameRequest } from '../../lib/runtime/api.ts';
import type { Clock } from '../../lib/runtime/clock.ts';
import { conflict } from '../../lib/runtime/errors.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { slugTaken, tooLarge, unknownCategory, unknownFile } from './errors.ts';
import { type ProductId, productId } from './ids.ts';
import { NewProduct, NO_SEO, Product } from './model.ts';
import { type AskFiles, productMedia } from './product-media.ts';
import type { ProductState } from './product-state.ts';
import type { OpenProductStore } from './product-store.ts';
import { productView, viewerOf } from './product-views.ts';
import { assertSound, type Stamp } from './revise.ts';
import { stampOf, throwRefusal } from './rewrite-product.ts';
import { slugOfTitle } from './slug-of-title.ts';

export const createProductRoute = defineRoute({
  method: 'POST',
  path: '/v1/catalog/products',
  summary: 'Create a product',
  callers: ['staff', 'secret'],
  permission: 'catalog:write',
  idempotency: 'required',
  body: NewProduct,
  maxBodyBytes: 256 * 1024,
  response: Product,
  status: 201,
  errors: [slugTaken, unknownCategory, unknownFile, tooLarge],
});

/** A first version without variants. */
export const newProductState = (
  id: ProductId,
  input: Omit<NewProduct, 'media'> & Pick<ProductState, 'media'>,
  slug: string,
  stamp: Stamp,
): ProductState => ({
  id,
  version: 1,
  revision: 1,
  status: input.status,
  title: input.title,
  slug,
  oldSlugs: [],
  descriptionHtml: input.descriptionHtml,
  vendor: input.vendor,
  type: input.type,
  tags: [...new Set(input.tags)],
  taxCategory: input.taxCategory,
  options: input.options.map((option) => option.name),
  media: input.media,
  seo: { title: input.seo.title ?? NO_SEO.title, description: input.seo.description ?? NO_SEO.description },
  categoryIds: [...new Set(input.categoryIds)],
  translations: {},
  metadata: input.metadata,
  externalId: input.externalId,
  variants: [],
  deletedVariants: [],
  createdAt: stamp.now,
  updatedAt: stamp.now,
  actor: stamp.actor,
  traceId: stamp.traceId,
});

interface Deps {
  readonly products: OpenProductStore;
  readonly askFiles: AskFiles;
  readonly now: Clock;
}

/** Creates a product once per Idempotency-Key. A slug made from the title gets an ending when it is taken. */
export const createProduct =
  ({ products, askFiles, now }: Deps): UseCase<typeof createProductRoute> =>
  async (request) => {
    const { body, caller, idempotency } = request;
    const store = products(caller.tenant);
    const id = productId.derive(caller.tenant, idempotency.scope);
    const titled = slugOfTitle(body.title);
    const candidates = body.slug === undefined ? [titled, `${titled}-${id.slice(-6)}`] : [body.slug];
    const stamp = stampOf(request, now);
    const media = await productMedia(askFiles)({ tenant: caller.tenant, traceId: request.traceId }, body.media);
    for (const [index, slug] of candidates.entries()) {
      const draft = { ...newProductState(id, { ...body, media }, slug, stamp), requestHash: idempotency.requestHash };
      const after = assertSound(draft);
      const [outcome] = await store.apply([{ before: undefined, after, mustExist: after.categoryIds }]);
      if (outcome?.outcome === 'saved') return answer(after);
      if (outcome?.outcome === 'exists') return replay(outcome.product);
      if (outcome !== undefined && (outcome.outcome !== 'slug_taken' || index === candidates.length - 1)) {
        throwRefusal(outcome);
      }
    }
    throw conflict('The product could not be created. Try again with a slug of your own.');

    function answer(product: ProductState) {
      return {
        body: productView(product, viewerOf(caller)),
        version: product.version,
        location: `/v1/catalog/products/${product.id}`,
      };
    }
    function replay(product: ProductState | undefined) {
      if (product === undefined) throw conflict(`The product that this request created, ${id}, was deleted since.`);
      assertSameRequest(product.requestHash, idempotency);
      return { ...answer(product), replayed: true };
    }
  };
