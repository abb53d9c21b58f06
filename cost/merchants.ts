import { usageOf } from './count.ts';
import { countedOf, type Measured } from './measured.ts';
import { scaled, sum, type Usage } from './usage.ts';

/** A month of a merchant. The mixes are assumptions, of about the same shape: 60 to 100 views for an order. */
export interface Merchant {
  readonly name: string;
  /** How often each scenario happens. */
  readonly month: Readonly<Record<string, number>>;
  /** Of its invocations find no environment: the fewer come, the more. */
  readonly coldShare: number;
}

export const MERCHANTS: readonly Merchant[] = [
  {
    name: 'small',
    month: { order: 100, 'product view': 10_000, 'list of 20 products': 3_000, login: 50, 'imported product': 50 },
    coldShare: 0.5,
  },
  {
    name: 'middle',
    month: {
      order: 3_000,
      'product view': 240_000,
      'list of 20 products': 80_000,
      login: 2_000,
      'imported product': 1_000,
    },
    coldShare: 0.1,
  },
  {
    name: 'large',
    month: {
      order: 100_000,
      'product view': 6_000_000,
      'list of 20 products': 2_000_000,
      login: 50_000,
      'imported product': 20_000,
    },
    coldShare: 0.01,
  },
];

/** At the bar's ten orders a second, one invocation of a hundred finds no environment. */
export const BUSY_COLD_SHARE = 0.01;

/** What one of a scenario takes. @throws when it was not counted */
export const usageOfOne = (measured: Measured, scenario: string, share: number): Usage => {
  const { counts, times } = countedOf(measured, scenario);
  return scaled(usageOf(counts, measured.stage, { share, initMs: measured.initMs }), 1 / times);
};

export const usageOfMonth = (measured: Measured, merchant: Merchant): Usage =>
  sum(
    ...Object.entries(merchant.month).map(([scenario, times]) =>
      scaled(usageOfOne(measured, scenario, merchant.coldShare), times),
    ),
  );

export const bytesOutOfMonth = (measured: Measured, merchant: Merchant): number =>
  Object.entries(merchant.month).reduce((total, [scenario, times]) => {
    const counted = countedOf(measured, scenario);
    return total + (counted.bytesOut / counted.times) * times;
  }, 0);
