import type { Instant } from '../../lib/runtime/clock.ts';
import { allocate, type Currency, mulDivHalfUp } from '../../lib/runtime/money.ts';
import type { Code, Promotion } from './model.ts';
import type { QuoteOutput } from './calls.ts';

type Refused = Extract<QuoteOutput, { status: 'refused' }>;

/** A code that holds, with what it gives. */
export interface AppliedCode {
  readonly code: Code;
  readonly promotion: Promotion;
}

/** Which of the wanted codes hold at this moment; the first that does not is the refusal. */
export const findCodes = (
  wanted: readonly string[],
  codes: ReadonlyMap<string, Code>,
  promotions: readonly Promotion[],
  currency: Currency,
  at: Instant,
): { readonly status: 'found'; readonly applied: readonly AppliedCode[] } | Refused => {
  const applied: AppliedCode[] = [];
  for (const coupon of new Set(wanted)) {
    const refuse = (code: Refused['code'], detail: string): Refused => ({ status: 'refused', code, detail, coupon });
    const code = codes.get(coupon);
    const promotion = promotions.find((candidate) => candidate.id === code?.promotionId);
    const inTime =
      promotion !== undefined &&
      promotion.active &&
      (promotion.startsAt === null || promotion.startsAt <= at) &&
      (promotion.endsAt === null || at < promotion.endsAt);
    if (code === undefined || !inTime) return refuse('coupon_unknown', `The code ${coupon} is not valid.`);
    if (code.limit !== null && code.redeemed >= code.limit) {
      return refuse('coupon_exhausted', `The code ${coupon} has been used up.`);
    }
    if (applied.some((earlier) => earlier.promotion.id === promotion.id)) {
      return refuse(
        'coupon_not_applicable',
        `The code ${coupon} cannot be combined with another of the same promotion.`,
      );
    }
    if (promotion.discount.type === 'fixed' && fixedAmount(promotion, currency) === undefined) {
      return refuse('coupon_not_applicable', `The code ${coupon} does not apply to prices in ${currency}.`);
    }
    applied.push({ code, promotion });
  }
  return { status: 'found', applied };
};

const fixedAmount = (promotion: Promotion, currency: Currency): number | undefined =>
  promotion.discount.type === 'fixed'
    ? promotion.discount.amounts.find((price) => price.currency === currency)?.amount
    : undefined;

/**
 * What each code takes off each line. Percent codes come first, each on what is left of a line's total (never per unit);
 * then amounts off the order, spread over what is left of the lines by largest remainder. No line goes below zero.
 */
export const discountsOf = (
  gross: readonly number[],
  applied: readonly AppliedCode[],
  currency: Currency,
): { readonly perLine: number[]; readonly perCode: { code: string; promotionId: string; amount: number }[] } => {
  const left = [...gross];
  const taken = new Map<string, number>();
  const take = (code: string, parts: readonly number[]) => {
    for (const [index, part] of parts.entries()) left[index] = (left[index] ?? 0) - part;
    taken.set(
      code,
      parts.reduce((sum, part) => sum + part, 0),
    );
  };
  for (const { code, promotion } of applied) {
    const { discount } = promotion;
    if (discount.type !== 'percent') continue;
    take(
      code.code,
      left.map((amount) => mulDivHalfUp(amount, discount.ratePpm, 1_000_000)),
    );
  }
  for (const { code, promotion } of applied) {
    if (promotion.discount.type !== 'fixed') continue;
    const all = left.reduce((sum, amount) => sum + amount, 0);
    take(code.code, allocate(Math.min(fixedAmount(promotion, currency) ?? 0, all), left));
  }
  return {
    perLine: gross.map((amount, index) => amount - (left[index] ?? 0)),
    perCode: applied.map(({ code, promotion }) => ({
      code: code.code,
      promotionId: promotion.id,
      amount: taken.get(code.code) ?? 0,
    })),
  };
};
