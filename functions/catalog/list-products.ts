import * as z from 'zod';
import { Instant, toInstant } from '../../lib/runtime/clock.ts';
import { decodeCursor, encodeCursor, ListQuery, pageOf } from '../../lib/runtime/cursor.ts';
import { invalidRequest } from '../../lib/runtime/errors.ts';
import { defineRoute, type RequestOf, type UseCase } from '../../lib/runtime/route.ts';
import { ShownAs } from './get-product.ts';
import { CategoryId, ProductId } from './ids.ts';
import { ProductStatus, ProductSummary } from './model.ts';
import { Position } from './page.ts';
import { listingOf } from './product-state.ts';
import type { ListFilter, OpenProductStore } from './product-store.ts';
import { isVisible, summaryView, type Viewer, viewerOf } from './product-views.ts';

const Ids = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(ProductId).min(1).max(100));

const Query = z.strictObject({
  ...ListQuery.shape,
  ...ShownAs.shape,
  ids: Ids.optional(),
  categoryId: CategoryId.optional(),
  status: ProductStatus.optional(),
  updatedSince: Instant.transform((since) => toInstant(new Date(since))).optional(),
  sort: z.enum(['created', '-created', 'updated', '-updated', 'title', '-title']).optional(),
});

export const listProductsRoute = defineRoute({
  method: 'GET',
  path: '/v1/catalog/products',
  summary: 'List products',
  callers: ['publishable', 'staff', 'secret'],
  permission: 'catalog:read',
  query: Query,
  response: pageOf(ProductSummary),
  status: 200,
});
type ListRequest = RequestOf<typeof listProductsRoute>;

const filterOf = ({ categoryId, status, updatedSince, sort }: ListRequest['query'], viewer: Viewer): ListFilter => {
  const byUpdate = sort === 'updated' || sort === '-updated';
  if (updatedSince !== undefined && sort !== undefined && !byUpdate) {
    throw invalidRequest('query.updatedSince: goes with the sort updated or -updated only.');
  }
  const byCreation = sort === undefined || sort === 'created' || sort === '-created';
  if (categoryId !== undefined && (!byCreation || updatedSince !== undefined)) {
    throw invalidRequest('query.categoryId: a category is sorted by created or -created only.');
  }
  const statuses = status === undefined ? ProductStatus.options : [status];
  return {
    categoryId,
    statuses: viewer.staff ? statuses : statuses.filter((one) => one === 'active'),
    sort: sort ?? (updatedSince === undefined ? '-created' : 'updated'),
    updatedSince,
  };
};

interface Deps {
  readonly products: OpenProductStore;
}

/** A page of products, newest first unless said. Storefronts see active ones only, whatever status they ask for. */
export const listProducts =
  ({ products }: Deps): UseCase<typeof listProductsRoute> =>
  async ({ caller, query }) => {
    const viewer = viewerOf(caller, query);
    const store = products(caller.tenant);
    if (query.ids !== undefined) {
      const found = await store.findMany(query.ids, { consistent: viewer.staff });
      const visible = found.filter((product) => isVisible(product, viewer));
      return { body: { items: visible.map((product) => summaryView(listingOf(product), viewer)), next: null } };
    }
    const filter = filterOf(query, viewer);
    const from =
      query.cursor === undefined ? undefined : Position.parse(decodeCursor(caller.tenant, filter, query.cursor));
    const page = await store.list(filter, query.limit, from);
    return {
      body: {
        items: page.items.map((listing) => summaryView(listing, viewer)),
        next: page.next === undefined ? null : encodeCursor(caller.tenant, filter, { ...page.next }),
      },
    };
  };
