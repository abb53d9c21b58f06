import type { ProductState, VariantState } from './product-state.ts';
import type { ProductChange } from './product-store.ts';

/** Variants whose SKU comes, goes or changes in one transaction: twice as many actions, beside 30 for the rest. */
const VARIANTS_A_STEP = 30;

const hasClaim = (before: VariantState | undefined, after: VariantState | undefined): boolean =>
  before?.sku !== after?.sku;

/**
 * A change of so many SKUs that one transaction cannot claim them all, as several changes after each other: each takes
 * some of the variants to what they become. Versions are those of the whole change, so events have no gap; where it is
 * cut off, the product is one with fewer of its new variants.
 */
export const stepsOf = (change: ProductChange): readonly ProductChange[] => {
  const { before, after } = change;
  const old = new Map((before?.variants ?? []).map((variant) => [variant.id, variant]));
  const next = new Map(after.variants.map((variant) => [variant.id, variant]));
  const claimed = [...new Set([...old.keys(), ...next.keys()])].filter((id) => hasClaim(old.get(id), next.get(id)));
  if (claimed.length <= VARIANTS_A_STEP) return [change];

  const steps: ProductChange[] = [];
  let current = before;
  for (let done = VARIANTS_A_STEP; ; done += VARIANTS_A_STEP) {
    const later = new Set(claimed.slice(done));
    const last = later.size === 0;
    const variants = [
      ...after.variants.flatMap((variant) => (later.has(variant.id) ? (old.get(variant.id) ?? []) : [variant])),
      ...[...old.values()].filter((variant) => !next.has(variant.id) && later.has(variant.id)),
    ];
    const { imported: _, ...unmarked } = after;
    const state: ProductState = {
      ...(last ? after : { ...unmarked, ...(before?.imported === undefined ? {} : { imported: before.imported }) }),
      variants: last ? after.variants : variants,
      revision: after.revision + steps.length,
    };
    steps.push({ ...(steps.length === 0 ? change : {}), before: current, after: state });
    if (last) return steps;
    current = state;
  }
};
