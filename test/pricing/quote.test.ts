import { describe, expect, it } from 'vitest';
import { Instant } from '../../lib/runtime/clock.ts';
import type { Quote, QuoteOutput } from '../../functions/pricing/calls.ts';
import { computeQuote } from '../../functions/pricing/compute-quote.ts';
import type { Code, PricedVariant } from '../../functions/pricing/model.ts';
import type { Rules } from '../../functions/pricing/rules.ts';
import { asked, AT, codeOf, promotion, rulesOf, taxRate, variant, variantIdOf, zone } from './fixtures.ts';

interface Given {
  readonly variants: readonly PricedVariant[];
  readonly rules?: Partial<Rules>;
  readonly codes?: readonly Code[];
  readonly at?: Instant;
}
const compute = (given: Given, input: Parameters<typeof asked>[0]): QuoteOutput =>
  computeQuote(asked(input), {
    rules: rulesOf(given.rules ?? {}),
    variants: new Map(given.variants.map((each) => [each.variantId, each])),
    codes: new Map((given.codes ?? []).map((each) => [each.code, each])),
    at: given.at ?? AT,
  });
const quoteOf = (given: Given, input: Parameters<typeof asked>[0]): Quote => {
  const output = compute(given, input);
  if (output.status !== 'quoted') throw new Error(`refused: ${output.code}: ${output.detail}`);
  return output.quote;
};
const line = (name: string, quantity = 1) => ({ variantId: variantIdOf(name), quantity });
const totals = ({ subtotal, discountTotal, taxTotal, total }: Quote) => ({ subtotal, discountTotal, taxTotal, total });

describe('golden quotes, worked by hand', () => {
  it('38.23 x 10 at 20 % inclusive less 6.2 %: 358.60 of which 59.77 tax and 298.83 net', () => {
    // 382.30 x 6.2 % = 23.7026 -> 23.70; 358.60 x 20/120 = 59.7667 -> 59.77
    const sale = promotion('SALE', 62_000);
    const quote = quoteOf(
      {
        variants: [variant('a', { EUR: 3823 })],
        rules: { taxRates: [taxRate('DE', 200_000)], promotions: [sale] },
        codes: [codeOf(sale)],
      },
      { lines: [line('a', 10)], codes: ['sale'] },
    );
    expect(quote.lines[0]).toMatchObject({
      unit: 3823,
      gross: 38230,
      discount: 2370,
      total: 35860,
      tax: 5977,
      net: 29883,
    });
    expect(totals(quote)).toEqual({ subtotal: 38230, discountTotal: 2370, taxTotal: 5977, total: 35860 });
    expect(quote.taxes).toEqual([{ ratePpm: 200_000, net: 29883, tax: 5977 }]);
    expect(quote.discounts).toEqual([{ code: 'SALE', promotionId: sale.id, amount: 2370 }]);
  });

  it('yen has no minor unit: 1980 x 3 at 10 % inclusive less 33.3 %', () => {
    // 5940 x 33.3 % = 1978.02 -> 1978; 3962 x 10/110 = 360.18 -> 360
    const sale = promotion('THIRD', 333_000);
    const quote = quoteOf(
      {
        variants: [variant('a', { JPY: 1980 })],
        rules: { taxRates: [taxRate('JP', 100_000)], promotions: [sale] },
        codes: [codeOf(sale)],
      },
      { currency: 'JPY', country: 'JP', lines: [line('a', 3)], codes: ['THIRD'] },
    );
    expect(quote.lines[0]).toMatchObject({ gross: 5940, discount: 1978, total: 3962, tax: 360, net: 3602 });
  });

  it('dinars have three digits: 1.235 x 7 at 5 % exclusive', () => {
    // 8.645 x 5 % = 0.43225 -> 0.432
    const quote = quoteOf(
      { variants: [variant('a', { KWD: 1235 })], rules: { taxRates: [taxRate('KW', 50_000)] } },
      { currency: 'KWD', country: 'KW', taxMode: 'exclusive', lines: [line('a', 7)] },
    );
    expect(quote.lines[0]).toMatchObject({ gross: 8645, net: 8645, tax: 432, total: 9077 });
  });

  it('half a cent of tax goes up: 0.50 at 19 % exclusive is 0.095 -> 0.10, and 0.30 is 0.057 -> 0.06', () => {
    const given = {
      variants: [variant('a', { EUR: 50 }), variant('b', { EUR: 30 })],
      rules: { taxRates: [taxRate('DE', 190_000)] },
    };
    const quote = quoteOf(given, { taxMode: 'exclusive', lines: [line('a'), line('b')] });
    expect(quote.lines.map(({ tax }) => tax)).toEqual([10, 6]);
    expect(totals(quote)).toMatchObject({ taxTotal: 16, total: 96 });
  });

  it('an amount off the order is spread over mixed rates by largest remainder, and shipping is taxed', () => {
    // 10.00 off 9.99 (19 %), 5.01 (7 %), 20.00 (19 %): 2.8543, 1.4314, 5.7143; one cent is left over, two remainders are equal
    // and the earlier line gets it: 2.86 + 1.43 + 5.71
    // lines: 7.13, 3.58, 14.29; tax: 7.13x19/119 = 1.1384; 3.58x7/107 = 0.2342; 14.29x19/119 = 2.2816
    // shipping 4.90 x 19/119 = 0.7824 -> 0.78
    const off = promotion('TEN', { EUR: 1000 });
    const quote = quoteOf(
      {
        variants: [
          variant('a', { EUR: 999 }),
          variant('b', { EUR: 501 }, { taxCategory: 'books' }),
          variant('c', { EUR: 2000 }),
        ],
        rules: {
          taxRates: [taxRate('DE', 190_000), taxRate('DE', 70_000, { category: 'books' })],
          promotions: [off],
          shippingZones: [zone(['DE', 'AT'], { standard: { EUR: 490 } })],
        },
        codes: [codeOf(off)],
      },
      {
        lines: [line('a'), line('b'), line('c')],
        codes: ['TEN'],
        shippingAddress: { country: 'DE' },
        shippingMethodId: 'standard',
      },
    );
    expect(quote.lines.map(({ discount }) => discount)).toEqual([286, 143, 571]);
    expect(quote.lines.map(({ total }) => total)).toEqual([713, 358, 1429]);
    expect(quote.lines.map(({ tax }) => tax)).toEqual([114, 23, 228]);
    expect(quote.shipping).toEqual({
      methodId: 'standard',
      name: 'By standard',
      gross: 490,
      net: 412,
      tax: 78,
      taxRatePpm: 190_000,
    });
    expect(quote.taxes).toEqual([
      { ratePpm: 70_000, net: 335, tax: 23 },
      { ratePpm: 190_000, net: 599 + 1201 + 412, tax: 114 + 228 + 78 },
    ]);
    expect(totals(quote)).toEqual({ subtotal: 3500, discountTotal: 1000, taxTotal: 443, total: 2990 });
  });

  it('exclusive: tax comes on top of the discounted line and of shipping', () => {
    // 12.49 x 3 = 37.47 less 15 % (5.6205 -> 5.62) = 31.85; tax 8.25 % = 2.627625 -> 2.63; shipping 7.00 + 0.5775 -> 0.58
    const sale = promotion('FIFTEEN', 150_000);
    const quote = quoteOf(
      {
        variants: [variant('a', { USD: 1249 })],
        rules: {
          taxRates: [taxRate('US', 82_500, { region: 'TX' })],
          promotions: [sale],
          shippingZones: [zone(['US'], { ground: { USD: 700 } })],
        },
        codes: [codeOf(sale)],
      },
      {
        currency: 'USD',
        country: 'US',
        taxMode: 'exclusive',
        lines: [line('a', 3)],
        codes: ['FIFTEEN'],
        shippingAddress: { country: 'US', region: 'TX' },
        shippingMethodId: 'ground',
      },
    );
    expect(quote.lines[0]).toMatchObject({ gross: 3747, discount: 562, net: 3185, tax: 263, total: 3448 });
    expect(quote.shipping).toMatchObject({ net: 700, tax: 58, gross: 758 });
    expect(totals(quote)).toEqual({ subtotal: 3747, discountTotal: 562, taxTotal: 321, total: 4206 });
  });

  it('percent codes come before amounts off, whatever the order in which they were typed', () => {
    const tenth = promotion('TENTH', 100_000);
    const five = promotion('FIVE', { EUR: 500 });
    const given = {
      variants: [variant('a', { EUR: 10_000 })],
      rules: { promotions: [tenth, five] },
      codes: [codeOf(tenth), codeOf(five)],
    };
    for (const codes of [
      ['TENTH', 'FIVE'],
      ['FIVE', 'TENTH'],
    ]) {
      expect(quoteOf(given, { lines: [line('a')], codes }).total).toBe(8500);
    }
  });
});

describe('which tax rate holds', () => {
  const at = (text: string) => Instant.parse(text);
  const rates = [
    taxRate('DE', 190_000),
    taxRate('DE', 160_000, { validFrom: at('2026-07-01T00:00:00.000Z') }),
    taxRate('DE', 70_000, { category: 'books' }),
    taxRate('US', 0),
    taxRate('US', 72_500, { region: 'CA' }),
  ];
  const rateOf = (facts: Partial<PricedVariant>, input: Partial<Parameters<typeof asked>[0]>, when = AT) =>
    quoteOf(
      { variants: [variant('a', { EUR: 100 }, facts)], rules: { taxRates: rates }, at: when },
      { lines: [line('a')], ...input },
    ).lines[0]?.taxRatePpm;

  it('the latest that is in force at the moment', () => {
    expect(rateOf({}, {})).toBe(190_000);
    expect(rateOf({}, {}, at('2026-06-30T23:59:59.999Z'))).toBe(190_000);
    expect(rateOf({}, {}, at('2026-07-01T00:00:00.000Z'))).toBe(160_000);
  });
  it("the category's, else the standard one", () => {
    expect(rateOf({ taxCategory: 'books' }, {})).toBe(70_000);
    expect(rateOf({ taxCategory: 'food' }, {})).toBe(190_000);
  });
  it("the region's, else the country's, by the shipping address before the shop's country", () => {
    expect(rateOf({}, { shippingAddress: { country: 'US', region: 'CA' } })).toBe(72_500);
    expect(rateOf({}, { shippingAddress: { country: 'US', region: 'OR' } })).toBe(0);
  });
  it('none for what is not taxable, for other countries, and for nowhere', () => {
    expect(rateOf({ taxable: false }, {})).toBe(0);
    expect(rateOf({}, { country: 'FR' })).toBe(0);
    expect(rateOf({}, { country: null })).toBe(0);
  });
});

describe('what cannot be quoted is refused with a reason', () => {
  const goods = variant('a', { EUR: 1000 });
  const refusal = (given: Partial<Given>, input: Partial<Parameters<typeof asked>[0]> = {}) => {
    const output = compute({ variants: [goods], ...given }, { lines: [line('a')], ...input });
    return output.status === 'refused' ? output.code : output.status;
  };
  const sale = promotion('SALE', 100_000);

  it('variants that are unknown, not on sale, or without a price in the currency', () => {
    expect(compute({ variants: [goods] }, { lines: [line('a'), line('b')] })).toMatchObject({
      status: 'refused',
      code: 'unknown_variant',
      variantIds: [variantIdOf('b')],
    });
    expect(refusal({ variants: [{ ...goods, available: false }] })).toBe('variant_unavailable');
    expect(refusal({}, { currency: 'USD' })).toBe('price_missing');
  });
  it('codes that are unknown, not yet or no longer valid, switched off, used up, or without an amount in the currency', () => {
    const soon = promotion('SOON', 1, { startsAt: Instant.parse('2026-06-01T12:00:00.001Z') });
    const over = promotion('OVER', 1, { endsAt: AT });
    const off = promotion('OFF', 1, { active: false });
    const dollars = promotion('USD', { USD: 100 });
    const rules = { promotions: [sale, soon, over, off, dollars] };
    const codes = [
      ...[soon, over, off, dollars].map((each) => codeOf(each)),
      codeOf(sale, { limit: 3, redeemed: 3 }),
      codeOf(sale, { code: 'ORPHAN' }),
    ];
    const coupon = (code: string) => refusal({ rules, codes }, { codes: [code] });
    expect(coupon('NOPE')).toBe('coupon_unknown');
    expect(coupon('SOON')).toBe('coupon_unknown');
    expect(coupon('OVER')).toBe('coupon_unknown');
    expect(coupon('OFF')).toBe('coupon_unknown');
    expect(coupon('SALE')).toBe('coupon_exhausted');
    expect(coupon('USD')).toBe('coupon_not_applicable');
    expect(refusal({ rules: { promotions: [] }, codes }, { codes: ['ORPHAN'] })).toBe('coupon_unknown');
  });
  it('two codes of one promotion', () => {
    const codes = [codeOf(sale), codeOf(sale, { code: 'SALE2' })];
    expect(refusal({ rules: { promotions: [sale] }, codes }, { codes: ['SALE', 'SALE2'] })).toBe(
      'coupon_not_applicable',
    );
    expect(refusal({ rules: { promotions: [sale] }, codes }, { codes: ['SALE', 'sale'] })).toBe('quoted');
  });
  it('a shipping method that does not go there or not in that currency, and at a checkout none at all', () => {
    const rules = { shippingZones: [zone(['DE'], { standard: { USD: 100 }, express: { EUR: 900 } })] };
    const ship = (input: Partial<Parameters<typeof asked>[0]>) => refusal({ rules }, input);
    expect(ship({ shippingMethodId: 'express', shippingAddress: { country: 'DE' } })).toBe('quoted');
    expect(ship({ shippingMethodId: 'standard' })).toBe('no_shipping_method');
    expect(ship({ shippingMethodId: 'express', shippingAddress: { country: 'FR' } })).toBe('no_shipping_method');
    expect(ship({})).toBe('quoted');
    expect(ship({ complete: true })).toBe('no_shipping_method');
    expect(ship({ complete: true, shippingMethodId: 'express' })).toBe('no_shipping_method');
    expect(ship({ complete: true, shippingMethodId: 'express', shippingAddress: { country: 'DE' } })).toBe('quoted');
  });
  it('amounts beyond what money can be', () => {
    expect(refusal({ variants: [variant('a', { EUR: 1e12 })] }, { lines: [line('a', 2)] })).toBe('total_too_large');
    expect(refusal({ variants: [variant('a', { EUR: 1e12 })] })).toBe('quoted');
  });
});

describe('details', () => {
  const download = variant('a', { EUR: 500 }, { requiresShipping: false });
  it('a cart of which nothing is shipped needs no method and pays no shipping', () => {
    const rules = { shippingZones: [zone(['DE'], { standard: { EUR: 490 } })] };
    const quote = quoteOf(
      { variants: [download], rules },
      { lines: [line('a')], complete: true, shippingMethodId: 'standard' },
    );
    expect(quote).toMatchObject({ shipping: null, total: 500 });
  });
  it('a code takes no more than there is', () => {
    const off = promotion('HUGE', { EUR: 99_999 });
    const quote = quoteOf(
      { variants: [download], rules: { promotions: [off] }, codes: [codeOf(off)] },
      { lines: [line('a')], codes: ['HUGE'] },
    );
    expect(quote).toMatchObject({ total: 0, discountTotal: 500, discounts: [{ amount: 500 }] });
  });
  it('equal variants are one line', () => {
    expect(quoteOf({ variants: [download] }, { lines: [line('a', 2), line('a', 3)] }).lines).toMatchObject([
      { quantity: 5, gross: 2500 },
    ]);
  });
  it('only limited codes must be redeemed', () => {
    const [one, two, three] = [promotion('ONE', 1), promotion('TWO', 1), promotion('THREE', 1)];
    const codes = [codeOf(one), codeOf(two, { limit: 5 }), codeOf(three, { perCustomer: 1 })];
    const quote = quoteOf(
      { variants: [download], rules: { promotions: [one, two, three] }, codes },
      { lines: [line('a')], codes: ['ONE', 'TWO', 'THREE'] },
    );
    expect(quote.limitedCodes).toEqual(['TWO', 'THREE']);
  });
  it('equal quotes have equal hashes, others have not', () => {
    const hash = (quantity: number) => quoteOf({ variants: [download] }, { lines: [line('a', quantity)] }).hash;
    expect(hash(1)).toBe(hash(1));
    expect(hash(1)).not.toBe(hash(2));
  });
});
