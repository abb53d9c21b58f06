import { isDeepStrictEqual } from 'node:util';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { notFound, temporarilyUnavailable, versionMismatch } from '../../lib/runtime/errors.ts';
import { actorOf, type Caller } from '../../lib/runtime/tenant.ts';
import { skuTaken, slugTaken, unknownCategory } from './errors.ts';
import type { ProductId, VariantId } from './ids.ts';
import type { ProductState } from './product-state.ts';
import type { ChangeOutcome, ProductStore } from './product-store.ts';
import { revise, type Stamp } from './revise.ts';

export const stampOf = (request: { readonly caller: Caller; readonly traceId: string }, now: Clock): Stamp => ({
  now: toInstant(now()),
  actor: actorOf(request.caller),
  traceId: request.traceId,
});

/** @throws version_mismatch when the caller changes another version than the current one */
export const assertVersion = (ifMatch: number | undefined, version: number): void => {
  if (ifMatch === undefined || ifMatch === version) return;
  throw versionMismatch(`If-Match names version ${ifMatch}, but the current one is ${version}. Read it again.`);
};

export const productNotFound = (id: string) => notFound(`There is no product ${id}.`);
export const variantNotFound = (id: string) => notFound(`There is no variant ${id}.`);

/** The refusals that no second try changes, as errors. */
export const throwRefusal = (outcome: ChangeOutcome): void => {
  if (outcome.outcome === 'slug_taken') {
    throw slugTaken(`The slug ${outcome.slug} leads to ${outcome.holder}. Choose another one.`);
  }
  if (outcome.outcome === 'sku_taken') {
    throw skuTaken(`The SKU ${outcome.sku} is a variant's of ${outcome.holder}. SKUs are unique in a shop.`);
  }
  if (outcome.outcome === 'category_missing') throw unknownCategory(`There is no category ${outcome.categoryId}.`);
};

const ATTEMPTS = 5;

/**
 * Changes a product: reads it, lets `edit` make a draft, writes under the condition that nobody wrote in between, and
 * begins again when somebody did (a change of one variant does not refuse a change of another).
 *
 * @throws not_found, slug_taken, sku_taken, unknown_category, too_large, and what `edit` throws
 */
export const rewriteProduct = async (
  store: ProductStore,
  id: ProductId | VariantId,
  edit: (product: ProductState) => ProductState,
  stamp: Stamp,
): Promise<ProductState> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = await store.find(id, { consistent: true });
    if (before === undefined) throw id.startsWith('var_') ? variantNotFound(id) : productNotFound(id);
    const after = revise(before, edit(before), stamp);
    if (after === undefined) return before;
    const known = new Set(before.categoryIds);
    const mustExist = after.categoryIds.filter((categoryId) => !known.has(categoryId));
    const [outcome] = await store.apply([{ before, after, mustExist }]);
    if (outcome?.outcome === 'saved') return after;
    if (outcome !== undefined) throwRefusal(outcome);
  }
  throw temporarilyUnavailable('The product is being changed by many at once. Try again in a moment.', {
    retryAfter: 1,
  });
};

/** The variant with this id. @throws not_found */
export const variantIn = (product: ProductState | undefined, id: VariantId) => {
  const variant = product?.variants.find((candidate) => candidate.id === id);
  if (product === undefined || variant === undefined) throw variantNotFound(id);
  return variant;
};

/** Two variants of a product may not have the same option values. */
export const sameOptions = (first: readonly string[], second: readonly string[]): boolean =>
  isDeepStrictEqual(
    first.map((value) => value.trim().toLowerCase()),
    second.map((value) => value.trim().toLowerCase()),
  );
