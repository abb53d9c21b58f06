import * as z from 'zod';
import { CURRENCY_EXPONENTS } from './currencies.ts';

/** An ISO 4217 code that is in use. */
export const Currency = z
  .string()
  .refine((code) => CURRENCY_EXPONENTS.has(code), { error: 'must be an ISO 4217 currency code in use, like EUR' })
  .brand<'Currency'>();
export type Currency = z.output<typeof Currency>;

/** An amount in minor units: 1234 EUR is 12.34, 1234 JPY is 1234. Bounded so that sums of many stay exact. */
export const Amount = z.number().int().min(-1e12).max(1e12);

export const Money = z.strictObject({ amount: Amount, currency: Currency });
export type Money = z.output<typeof Money>;

/** Digits after the decimal point of a currency (ISO 4217: JPY 0, EUR 2, KWD 3). */
export const exponentOf = (currency: Currency): number => {
  const exponent = CURRENCY_EXPONENTS.get(currency);
  if (exponent === undefined) throw new Error(`Unknown currency ${currency}`);
  return exponent;
};

/**
 * value x numerator / denominator, rounded half up (away from zero for negatives), in integers only, so that no
 * binary fraction can tip a half. All arguments are integers; the denominator is positive.
 * @throws RangeError when the result is beyond 2^53
 */
export const mulDivHalfUp = (value: number, numerator: number, denominator: number): number => {
  const product = BigInt(value) * BigInt(numerator);
  const divisor = BigInt(denominator);
  const magnitude = product < 0n ? -product : product;
  const rounded = (magnitude * 2n + divisor) / (divisor * 2n);
  if (rounded > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError('An amount is too large to be exact');
  return Number(product < 0n ? -rounded : rounded);
};

/**
 * Splits an amount in proportion to weights by the largest remainder method: the parts sum exactly to the amount and
 * none is off by a unit or more. Ties go to the earlier part. With all weights 0 the first part gets everything.
 */
export const allocate = (amount: number, weights: readonly number[]): number[] => {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (weights.length === 0) throw new Error('There is nothing to allocate to');
  if (total === 0) return weights.map((_, index) => (index === 0 ? amount : 0));
  const sign = amount < 0 ? -1 : 1;
  const size = BigInt(Math.abs(amount));
  const divisor = BigInt(total);
  const shares = weights.map((weight, index) => {
    const product = size * BigInt(weight);
    return { index, part: product / divisor, remainder: product % divisor };
  });
  let left = Number(size - shares.reduce((sum, share) => sum + share.part, 0n));
  const parts = shares.map((share) => Number(share.part));
  for (const share of [...shares].sort((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
  )) {
    if (left === 0) break;
    parts[share.index] = (parts[share.index] ?? 0) + 1;
    left -= 1;
  }
  return parts.map((part) => (part === 0 ? 0 : sign * part));
};
