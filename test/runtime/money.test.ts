import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate, Currency, exponentOf, mulDivHalfUp } from '../../lib/runtime/money.ts';

describe('mulDivHalfUp', () => {
  it.each([
    [382_30, 938, 1000, 358_60], // 358.5974: the golden quote's discounted line
    [5, 1, 2, 3], // a half goes up
    [-5, 1, 2, -3], // and away from zero for a negative amount
    [1, 1, 3, 0],
    [2, 1, 3, 1],
    [0, 7, 9, 0],
  ])('%d x %d / %d is %d', (value, numerator, denominator, expected) => {
    expect(mulDivHalfUp(value, numerator, denominator)).toBe(expected);
  });

  it('is exact where binary fractions are not', () => {
    // 1.005 x 100 is 100.49999999999999 as a double; in integers the half is a half.
    expect(mulDivHalfUp(1005, 100, 1000)).toBe(101);
  });

  it('never differs from the exact value by more than half a unit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e12, max: 1e12 }),
        fc.integer({ min: 0, max: 1e3 }),
        fc.integer({ min: 1, max: 1e6 }),
        (v, n, d) => {
          const exactTwice = 2n * BigInt(v) * BigInt(n);
          const roundedTwice = 2n * BigInt(mulDivHalfUp(v, n, d)) * BigInt(d);
          const off = exactTwice - roundedTwice;
          expect(off < 0n ? -off : off).toBeLessThanOrEqual(BigInt(d));
        },
      ),
    );
  });
});

it('says so when the result would not be exact', () => {
  expect(() => mulDivHalfUp(1e12, 1e6, 1)).toThrow(RangeError);
});

describe('allocate', () => {
  it('gives the units that are left to the largest remainders, earlier parts first', () => {
    expect(allocate(100, [1, 1, 1])).toEqual([34, 33, 33]);
    expect(allocate(5, [3, 7])).toEqual([2, 3]);
    expect(allocate(-100, [1, 1, 1])).toEqual([-34, -33, -33]);
    expect(allocate(7, [0, 0])).toEqual([7, 0]);
  });

  it('sums to the amount, and no part is off by a whole unit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e9, max: 1e9 }),
        fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 1, maxLength: 40 }),
        (amount, weights) => {
          const parts = allocate(amount, weights);
          expect(parts.reduce((sum, part) => sum + part, 0)).toBe(amount);
          const total = weights.reduce((sum, weight) => sum + weight, 0);
          if (total === 0) return;
          for (const [index, part] of parts.entries()) {
            expect(Math.abs(part - (amount * (weights[index] ?? 0)) / total)).toBeLessThan(1);
          }
        },
      ),
    );
  });
});

describe('currencies', () => {
  it('have the digits of ISO 4217', () => {
    expect(exponentOf(Currency.parse('JPY'))).toBe(0);
    expect(exponentOf(Currency.parse('EUR'))).toBe(2);
    expect(exponentOf(Currency.parse('KWD'))).toBe(3);
  });

  it('agree with the digits that ICU knows, but for those that daily life counts otherwise', () => {
    // ICU follows CLDR's cash practice for these; amounts are kept by ISO 4217.
    const differs = new Set([
      'AFN',
      'ALL',
      'IQD',
      'IRR',
      'KPW',
      'LAK',
      'LBP',
      'MGA',
      'MMK',
      'RSD',
      'SLE',
      'SOS',
      'SYP',
      'YER',
      'HUF',
      'IDR',
      'TWD',
      'COP',
      'CRC',
      'GYD',
      'MUR',
      'PKR',
      'TZS',
      'UZS',
      'MRU',
      'MNT',
      'AMD',
    ]);
    for (const code of Intl.supportedValuesOf('currency')) {
      const parsed = Currency.safeParse(code);
      if (!parsed.success || differs.has(code)) continue;
      const digits = new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions()
        .maximumFractionDigits;
      expect([code, exponentOf(parsed.data)]).toEqual([code, digits]);
    }
  });

  it('refuse what is not a code in use', () => {
    expect(Currency.safeParse('EURO').success).toBe(false);
    expect(Currency.safeParse('XAU').success).toBe(false);
  });
});
