import type { Instant } from '../../lib/runtime/clock.ts';
import { mulDivHalfUp } from '../../lib/runtime/money.ts';
import { STANDARD_CATEGORY, type TaxRate } from './model.ts';

const MILLION = 1_000_000;

/** Where tax is due. */
export interface Destination {
  readonly country: string;
  readonly region?: string | null | undefined;
}

/**
 * The rate in parts per million: of the region before the country's, of the category before the standard one's, and of
 * those in force the latest. Without a matching rate nothing is due.
 */
export const rateFor = (
  rates: readonly TaxRate[],
  category: string,
  destination: Destination | null,
  at: Instant,
): number => {
  if (destination === null) return 0;
  const inForce = rates.filter((rate) => rate.country === destination.country && rate.validFrom <= at);
  const latest = (wantedCategory: string, region: string | null): TaxRate | undefined =>
    inForce
      .filter((rate) => rate.category === wantedCategory && rate.region === region)
      .reduce<TaxRate | undefined>(
        (best, rate) => (best === undefined || rate.validFrom > best.validFrom ? rate : best),
        undefined,
      );
  const region = destination.region ?? null;
  const found =
    (region === null ? undefined : latest(category, region)) ??
    latest(category, null) ??
    (region === null ? undefined : latest(STANDARD_CATEGORY, region)) ??
    latest(STANDARD_CATEGORY, null);
  return found?.ratePpm ?? 0;
};

/** An amount as it was entered, with or without tax, taken apart: `net + tax = total`, rounded once, half up. */
export const taxed = (
  amount: number,
  ratePpm: number,
  mode: 'inclusive' | 'exclusive',
): { readonly net: number; readonly tax: number; readonly total: number } => {
  if (mode === 'inclusive') {
    const tax = mulDivHalfUp(amount, ratePpm, MILLION + ratePpm);
    return { net: amount - tax, tax, total: amount };
  }
  const tax = mulDivHalfUp(amount, ratePpm, MILLION);
  return { net: amount, tax, total: amount + tax };
};

/** Sums what is due by rate, lowest rate first. */
export const taxSummary = (
  parts: readonly { readonly taxRatePpm: number; readonly net: number; readonly tax: number }[],
): { ratePpm: number; net: number; tax: number }[] => {
  const byRate = new Map<number, { ratePpm: number; net: number; tax: number }>();
  for (const part of parts) {
    const sum = byRate.get(part.taxRatePpm) ?? { ratePpm: part.taxRatePpm, net: 0, tax: 0 };
    byRate.set(part.taxRatePpm, { ratePpm: sum.ratePpm, net: sum.net + part.net, tax: sum.tax + part.tax });
  }
  return [...byRate.values()].sort((a, b) => a.ratePpm - b.ratePpm);
};
