import { PRICES, priceOf, type Unit, UNITS } from './prices.ts';

/** How many billable units something takes. */
export type Usage = Readonly<Partial<Record<Unit, number>>>;

export const scaled = (usage: Usage, factor: number): Usage =>
  Object.fromEntries(Object.entries(usage).map(([unit, quantity]) => [unit, quantity * factor]));

export const sum = (...usages: readonly Usage[]): Usage =>
  Object.fromEntries(
    UNITS.map((unit) => [unit, usages.reduce((total, usage) => total + (usage[unit] ?? 0), 0)] as const).filter(
      ([, quantity]) => quantity !== 0,
    ),
  );

export interface BillLine {
  readonly unit: Unit;
  readonly name: string;
  readonly quantity: number;
  readonly usd: number;
}

/** What the units cost, the dearest first. */
export const billOf = (usage: Usage): readonly BillLine[] =>
  UNITS.map((unit) => {
    const quantity = usage[unit] ?? 0;
    return { unit, name: PRICES[unit].unit, quantity, usd: quantity * priceOf(unit) };
  })
    .filter(({ quantity }) => quantity > 0)
    .sort((a, b) => b.usd - a.usd);

export const totalOf = (usage: Usage): number => billOf(usage).reduce((total, { usd }) => total + usd, 0);
