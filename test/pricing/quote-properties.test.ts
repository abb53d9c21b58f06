import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Quote } from '../../functions/pricing/calls.ts';
import { computeQuote } from '../../functions/pricing/compute-quote.ts';
import { asked, AT, codeOf, promotion, rulesOf, taxRate, variant, variantIdOf, zone } from './fixtures.ts';

const CATEGORIES = ['standard', 'books', 'food'];
const amount = fc.integer({ min: 0, max: 10_000_000 });
const cart = fc.record({
  lines: fc.array(
    fc.record({
      unit: amount,
      quantity: fc.integer({ min: 1, max: 10_000 }),
      category: fc.constantFrom(...CATEGORIES),
    }),
    { minLength: 1, maxLength: 20 },
  ),
  rates: fc.tuple(...CATEGORIES.map(() => fc.integer({ min: 0, max: 1_000_000 }))),
  percents: fc.array(fc.integer({ min: 1, max: 1_000_000 }), { maxLength: 3 }),
  offs: fc.array(amount, { maxLength: 3 }),
  shipping: amount,
  taxMode: fc.constantFrom('inclusive' as const, 'exclusive' as const),
});

const quoteOf = (given: typeof cart extends fc.Arbitrary<infer Value> ? Value : never): Quote => {
  const variants = given.lines.map(({ unit, category }, index) =>
    variant(`v${index}x`, { EUR: unit }, { taxCategory: category }),
  );
  const promotions = [
    ...given.percents.map((ratePpm, index) => promotion(`P${index}`, ratePpm)),
    ...given.offs.map((off, index) => promotion(`F${index}`, { EUR: off })),
  ];
  const output = computeQuote(
    asked({
      lines: given.lines.map(({ quantity }, index) => ({ variantId: variantIdOf(`v${index}x`), quantity })),
      codes: promotions.map(({ name }) => name),
      shippingMethodId: 'standard',
      taxMode: given.taxMode,
    }),
    {
      rules: rulesOf({
        promotions,
        taxRates: CATEGORIES.map((category, index) => taxRate('DE', given.rates[index] ?? 0, { category })),
        shippingZones: [zone(['DE'], { standard: { EUR: given.shipping } })],
      }),
      variants: new Map(variants.map((each) => [each.variantId, each])),
      codes: new Map(promotions.map((each) => [each.name, codeOf(each)])),
      at: AT,
    },
  );
  if (output.status !== 'quoted') throw new Error(output.code);
  return output.quote;
};
const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

it('every total is the sum of its parts, and every part is a whole number', () => {
  fc.assert(
    fc.property(cart, (given) => {
      const quote = quoteOf(given);
      const shipping = quote.shipping ?? { gross: 0, net: 0, tax: 0 };
      expect(() => Quote.parse(quote)).not.toThrow();
      expect(quote.subtotal).toBe(sum(given.lines.map(({ unit, quantity }) => unit * quantity)));
      expect(quote.total).toBe(sum(quote.lines.map((line) => line.total)) + shipping.gross);
      expect(quote.discountTotal).toBe(sum(quote.lines.map((line) => line.discount)));
      expect(quote.discountTotal).toBe(sum(quote.discounts.map((discount) => discount.amount)));
      expect(quote.taxTotal).toBe(sum(quote.taxes.map((tax) => tax.tax)));
      expect(quote.total).toBe(quote.taxTotal + sum(quote.taxes.map((tax) => tax.net)));
      const beforeTax = given.taxMode === 'inclusive' ? 0 : quote.taxTotal;
      const shippingEntered = given.taxMode === 'inclusive' ? shipping.gross : shipping.net;
      expect(quote.total).toBe(quote.subtotal - quote.discountTotal + shippingEntered + beforeTax);
    }),
  );
});

it('no line costs less than nothing, nor is its discount negative', () => {
  fc.assert(
    fc.property(cart, (given) => {
      for (const line of quoteOf(given).lines) {
        expect(line.total).toBeGreaterThanOrEqual(0);
        expect(line.discount).toBeGreaterThanOrEqual(0);
        expect(line.net + line.tax).toBe(line.total);
      }
    }),
  );
});

it('tax is within half a unit of the exact figure on each line', () => {
  fc.assert(
    fc.property(cart, (given) => {
      for (const line of quoteOf(given).lines) {
        const entered = BigInt(line.gross - line.discount);
        const rate = BigInt(line.taxRatePpm);
        const divisor = given.taxMode === 'inclusive' ? 1_000_000n + rate : 1_000_000n;
        const twiceOff = 2n * (BigInt(line.tax) * divisor - entered * rate);
        expect(twiceOff <= divisor && twiceOff > -divisor).toBe(true);
      }
    }),
  );
});
