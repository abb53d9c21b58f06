import { type Currency, exponentOf } from '../../lib/runtime/money.ts';

/** Above this an amount is a mistake, not a price (`Price` has the same limit). */
const MAX_AMOUNT = 100_000_000_000n;

/**
 * A decimal number as minor units of the currency: `38.23` EUR is 3823, `500` JPY is 500. Digit by digit, because
 * 38.23 x 100 is not 3823 in binary fractions. More decimals than the currency has must be zeros.
 *
 * @returns undefined when the text is no such number, or too large
 */
export const parseAmount = (text: string, currency: Currency): number | undefined => {
  const [, whole = '', decimals = ''] = /^(\d{1,15})(?:\.(\d{1,10}))?$/.exec(text.trim()) ?? [];
  if (whole === '') return undefined;
  const exponent = exponentOf(currency);
  if (/[1-9]/.test(decimals.slice(exponent))) return undefined;
  const amount = BigInt(whole + decimals.slice(0, exponent).padEnd(exponent, '0'));
  return amount <= MAX_AMOUNT ? Number(amount) : undefined;
};
