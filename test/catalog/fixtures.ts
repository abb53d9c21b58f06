import * as z from 'zod';
import { memoryCategoryStore } from '../../functions/catalog/memory-category-store.ts';
import { memoryProductStore } from '../../functions/catalog/memory-product-store.ts';
import { newProductState } from '../../functions/catalog/create-product.ts';
import { type ProductId, productId, variantId, variantIdWithin } from '../../functions/catalog/ids.ts';
import { NewProduct, ShownMedia } from '../../functions/catalog/model.ts';
import type { ProductState, VariantState } from '../../functions/catalog/product-state.ts';
import { revise, type Stamp } from '../../functions/catalog/revise.ts';
import type { RequestOf, RouteDefinition } from '../../lib/runtime/route.ts';
import { sha256Hex } from '../../lib/runtime/ids.ts';
import { toInstant } from '../../lib/runtime/clock.ts';
import { type Caller, tenantId, type TenantId, type TenantSettings } from '../../lib/runtime/tenant.ts';

export const SHOP = tenantId.derive('a shop');
export const OTHER_SHOP = tenantId.derive('another shop');

export const settings: TenantSettings = {
  country: 'DE',
  currencies: ['EUR', 'JPY'],
  locales: ['en', 'de'],
  timeZone: 'Europe/Berlin',
  taxMode: 'inclusive',
  capture: 'now',
  orderPrefix: '',
};

const ofTenant = (tenant: TenantId) => ({ tenant, tenantStatus: 'active' as const, settings, credentialId: 'key' });

export const secretKey = (tenant: TenantId = SHOP) =>
  ({
    kind: 'secret',
    actorId: 'sk',
    permissions: ['catalog:read', 'catalog:write'],
    ...ofTenant(tenant),
  }) satisfies Caller;
export const publishableKey = (tenant: TenantId = SHOP) =>
  ({ kind: 'publishable', actorId: 'pk', ...ofTenant(tenant) }) satisfies Caller;

/** A clock that goes on by a second each time it is looked at. */
export const tickingClock = (start = '2026-03-01T10:00:00.000Z') => {
  let next = new Date(start).getTime();
  return (): Date => {
    next += 1000;
    return new Date(next);
  };
};

interface Asked {
  readonly caller?: Caller;
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly ifMatch?: number;
  readonly key?: string;
}

/** A request as `api()` hands it to a use case: every part parsed by the route's own schemas. */
export const asked = <Route extends RouteDefinition>(route: Route, request: Asked = {}): RequestOf<Route> => {
  const key = request.key ?? 'key-1';
  const parsed: unknown = {
    caller: request.caller ?? secretKey(),
    params: route.params?.parse(request.params),
    query: route.query?.parse(request.query ?? {}),
    body: route.body?.parse(request.body),
    idempotency:
      route.idempotency === undefined
        ? undefined
        : {
            key,
            scope: sha256Hex(route.path, key),
            requestHash: sha256Hex(JSON.stringify([request.params ?? null, request.body ?? null])),
          },
    ifMatch: request.ifMatch,
    guestToken: undefined,
    traceId: '1-65f0a000-000000000000000000000001',
    requestId: 'request-1',
    sourceIp: '127.0.0.1',
  };
  return trust<RequestOf<Route>>(parsed);
};
/** Built above from the route's own schemas; the conditional types cannot follow. */
const trust = <Request>(request: unknown): Request => request as Request;

export const stampAt = (instant: string): Stamp => ({
  now: toInstant(new Date(instant)),
  actor: { type: 'secret_key', id: 'sk' },
  traceId: '1-65f0a000-000000000000000000000001',
});

/** A product as it is first written. */
export const productNamed = (
  name: string,
  facts: { readonly [Field in keyof NewProduct]?: unknown } & { readonly at?: string } = {},
): ProductState => {
  const { at, ...input } = facts;
  const body = NewProduct.parse({ title: `Title of ${name}`, ...input });
  const slug = typeof facts.slug === 'string' ? facts.slug : name;
  return newProductState(
    productId.derive(name),
    { ...body, media: z.array(ShownMedia).parse(body.media) },
    slug,
    stampAt(at ?? '2026-03-01T10:00:00.000Z'),
  );
};

export const variantOf = (
  product: ProductId,
  name: string,
  facts: Partial<Omit<VariantState, 'id'>> = {},
): VariantState => {
  const { now } = stampAt('2026-03-01T10:00:00.000Z');
  return {
    id: variantIdWithin(product, variantId.derive(name)),
    version: 1,
    sku: null,
    barcode: null,
    values: [],
    prices: [],
    weightGrams: 0,
    requiresShipping: true,
    taxable: true,
    metadata: {},
    externalId: null,
    createdAt: now,
    updatedAt: now,
    ...facts,
  };
};

/** The next state of a product; a test that expects a change fails when there is none. */
export const revised = (before: ProductState, change: Partial<ProductState>, at = '2026-03-01T11:00:00.000Z') => {
  const after = revise(before, { ...before, ...change }, stampAt(at));
  if (after === undefined) throw new Error('nothing changed');
  return after;
};

/** Both memory stores of a catalogue, each asking the other as the conditions of the real ones do. */
export const memoryCatalog = () => {
  const known = new Set<string>();
  const products = memoryProductStore((id) => known.has(id));
  const categories = memoryCategoryStore(async (id) => {
    const page = await products(SHOP).list(
      { categoryId: id, statuses: ['draft', 'active', 'archived'], sort: 'created' },
      1,
      undefined,
    );
    return page.items.length > 0;
  });
  return {
    products,
    categories: (tenant: TenantId) => {
      const store = categories(tenant);
      return {
        ...store,
        create: async (category: Parameters<typeof store.create>[0]) => {
          const outcome = await store.create(category);
          if (outcome.outcome === 'saved') known.add(category.id);
          return outcome;
        },
        remove: async (category: Parameters<typeof store.remove>[0]) => {
          const outcome = await store.remove(category);
          if (outcome === 'removed') known.delete(category.id);
          return outcome;
        },
      };
    },
  };
};
