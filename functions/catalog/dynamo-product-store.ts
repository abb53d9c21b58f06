import * as z from 'zod';
import type { Item, OpenTenantDb, TenantDb } from '../../lib/runtime/db.ts';
import { TransactionRefused } from '../../lib/runtime/db.ts';
import { ttlSeconds } from '../../lib/runtime/clock.ts';
import { listProducts } from './dynamo-product-lists.ts';
import { inParallel } from './in-parallel.ts';
import { ProductId, type VariantId } from './ids.ts';
import { batchesOf, type Prepared } from './product-batches.ts';
import { productKey, skuKey, slugKey, slugsOf } from './product-keys.ts';
import { ProductState } from './product-state.ts';
import type { ChangeOutcome, OpenProductStore, ProductStore } from './product-store.ts';
import { removalOf, writesOf } from './product-writes.ts';

const Claim = z.object({ pk: z.string(), productId: ProductId });
const Tombstone = z.object({ deletedAt: z.string() });

/** A product's item; undefined for a deleted one's. */
const stateOf = (item: Item | undefined): ProductState | undefined =>
  item === undefined || Tombstone.safeParse(item).success ? undefined : ProductState.parse(item);

const SAVED: ChangeOutcome = { outcome: 'saved' };
const TRANSACTIONS_AT_ONCE = 4;
const KEEP_TOMBSTONE_SECONDS = 30 * 24 * 3600;

/** What a refused transaction of one change says. */
const refusalOf = ({ change, writes }: Prepared, refused: TransactionRefused): ChangeOutcome => {
  const index = refused.reasons.findIndex((reason) => reason.failed);
  const purpose = writes[index]?.purpose;
  const item = refused.reasons[index]?.item;
  if (purpose?.kind === 'product') {
    return change.before === undefined ? { outcome: 'exists', product: stateOf(item) } : { outcome: 'stale' };
  }
  if (purpose?.kind === 'slug') {
    return { outcome: 'slug_taken', slug: purpose.slug, holder: Claim.parse(item).productId };
  }
  if (purpose?.kind === 'sku') {
    return { outcome: 'sku_taken', sku: purpose.sku, holder: Claim.parse(item).productId };
  }
  if (purpose?.kind === 'category') return { outcome: 'category_missing', categoryId: purpose.categoryId };
  throw refused;
};

/** Which product a slug led to when it was last asked for. Only an address: what is found there is checked. */
type SlugMemory = Map<string, ProductId>;
const MAX_REMEMBERED = 20_000;

const open = (db: TenantDb, memoryPrefix: string, memory: SlugMemory): ProductStore => {
  const find = async (id: ProductId | VariantId, options?: { readonly consistent?: boolean }) =>
    stateOf(await db.get(productKey(id), options));
  const findExactly = async (id: ProductId, options?: { readonly consistent?: boolean }) => {
    const product = await find(id, options);
    return product?.id === id ? product : undefined;
  };
  const remember = (slug: string, id: ProductId): void => {
    if (memory.size >= MAX_REMEMBERED) memory.clear();
    memory.set(memoryPrefix + slug, id);
  };

  const applyBatch = async (batch: readonly Prepared[]): Promise<readonly (readonly [number, ChangeOutcome])[]> => {
    try {
      await db.transact(batch.flatMap(({ writes }) => writes.map(({ write }) => write)));
      return batch.map(({ index }) => [index, SAVED] as const);
    } catch (error) {
      if (!(error instanceof TransactionRefused)) throw error;
      const [only, ...others] = batch;
      if (only !== undefined && others.length === 0) return [[only.index, refusalOf(only, error)]];
      // One change's refusal must not be the others': each is tried by itself.
      const results = [];
      for (const prepared of batch) results.push(...(await applyBatch([prepared])));
      return results;
    }
  };

  const applySteps = async (prepared: Prepared): Promise<ChangeOutcome> => {
    const steps = [prepared, ...prepared.further.map((change) => ({ ...prepared, change, writes: writesOf(change) }))];
    for (const step of steps) {
      const [[, outcome] = [0, SAVED]] = await applyBatch([step]);
      if (outcome.outcome !== 'saved') return outcome;
    }
    return SAVED;
  };

  return {
    find: (id, options) =>
      ProductId.safeParse(id).success ? findExactly(ProductId.parse(id), options) : find(id, options),
    findBySlug: async (slug, options) => {
      const remembered = memory.get(memoryPrefix + slug);
      if (remembered !== undefined) {
        const product = await findExactly(remembered, options);
        if (product !== undefined && slugsOf(product).includes(slug)) return product;
      }
      const claim = await db.get(slugKey(slug), options);
      if (claim === undefined) return undefined;
      const { productId } = Claim.parse(claim);
      remember(slug, productId);
      return findExactly(productId, options);
    },
    findBySku: async (sku, options) => {
      const claim = await db.get(skuKey(sku), options);
      return claim === undefined ? undefined : findExactly(Claim.parse(claim).productId, options);
    },
    findMany: async (ids, options) => {
      const items = await db.batchGet([...new Set(ids)].map(productKey), options);
      const products = new Map(items.flatMap((item) => entryOf(stateOf(item))));
      return ids.flatMap((id) => products.get(id) ?? []);
    },
    findManyBySlug: async (slugs) => {
      const claims = (await db.batchGet(slugs.map(slugKey), { consistent: true })).map((item) => Claim.parse(item));
      const keys = [...new Set(claims.map((claim) => claim.productId))].map(productKey);
      const items = await db.batchGet(keys, { consistent: true });
      const products = new Map(items.flatMap((item) => entryOf(stateOf(item))));
      return new Map(
        claims.flatMap((claim) => {
          const product = products.get(claim.productId);
          return product === undefined ? [] : [[claim.pk.slice(slugKey('').pk.length), product] as const];
        }),
      );
    },
    holdersOfSkus: async (skus) => {
      const items = await db.batchGet([...new Set(skus)].map(skuKey), { consistent: true });
      return new Map(
        items.map((item) => {
          const claim = Claim.parse(item);
          return [claim.pk.slice(skuKey('').pk.length), claim.productId];
        }),
      );
    },
    apply: async (changes) => {
      const { apart, after } = batchesOf(changes);
      const outcomes = (await inParallel(apart, TRANSACTIONS_AT_ONCE, applyBatch)).flat();
      for (const prepared of after) outcomes.push([prepared.index, await applySteps(prepared)]);
      return [...outcomes].sort(([first], [second]) => first - second).map(([, outcome]) => outcome);
    },
    remove: async (before, deleted) => {
      const ttl = ttlSeconds(new Date(deleted.deletedAt), KEEP_TOMBSTONE_SECONDS);
      const variants = before.variants.map(({ id, version, sku }) => ({ id, version, sku }));
      try {
        await db.transact(removalOf(before, { ...deleted, variants, ttl }));
        return true;
      } catch (error) {
        if (error instanceof TransactionRefused) return false;
        throw error;
      }
    },
    list: (filter, limit, from) => listProducts(db, filter, limit, from),
  };
};

const entryOf = (product: ProductState | undefined): (readonly [ProductId, ProductState])[] =>
  product === undefined ? [] : [[product.id, product]];

/**
 * Products in DynamoDB. What is remembered of slugs lives as long as the function's environment: a product page that
 * is asked for again is one read.
 */
export const dynamoProductStore = (open_: OpenTenantDb): OpenProductStore => {
  const memory: SlugMemory = new Map();
  return (tenant) => open(open_(tenant), `${tenant} `, memory);
};
