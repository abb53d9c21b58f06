import { idleTotal } from './idle.ts';
import { BUSY_COLD_SHARE, MERCHANTS, usageOfMonth, usageOfOne } from './merchants.ts';
import type { Measured } from './measured.ts';
import { PRICES, priceOf, UNITS } from './prices.ts';
import { millionOrders, table, usd } from './report.ts';
import { scaled, totalOf, type Usage } from './usage.ts';

/** Two measurements of the same app differ by so much: processor time and the fill of batches are never quite the same. */
export const NOISE = 0.03;

/** The bills that a change is judged by. A scenario that only one side has is left out. */
const bills = (measured: Measured): ReadonlyMap<string, Usage> => {
  const thousand = (scenario: string): readonly (readonly [string, Usage])[] =>
    scenario in measured.scenarios
      ? [[`a thousand times: ${scenario}`, scaled(usageOfOne(measured, scenario, BUSY_COLD_SHARE), 1000)]]
      : [];
  return new Map([
    ['a million orders', millionOrders(measured)] as const,
    ...['product view', 'list of 20 products', 'login', 'imported product'].flatMap(thousand),
    ['an idle month of a stage', idleTotal(measured)] as const,
    ...MERCHANTS.map(
      (merchant) => [`a month of a ${merchant.name} merchant`, usageOfMonth(measured, merchant)] as const,
    ),
  ]);
};

const difference = (before: number, after: number): string => {
  const change = after - before;
  if (Math.abs(change) <= NOISE * Math.abs(before)) return '≈';
  const share = before === 0 ? '' : ` (${change > 0 ? '+' : ''}${Math.round((change / before) * 100)} %)`;
  return `${change > 0 ? '+' : '-'}${usd(Math.abs(change))}${share}`;
};

/** What a change does to the bills, as Markdown: USD before and after, and the units of an order that moved. */
export const comparison = (base: Measured, head: Measured): string => {
  const [before, after] = [bills(base), bills(head)];
  const shared = [...after].flatMap(([name, usage]) => {
    const was = before.get(name);
    return was === undefined ? [] : [[name, totalOf(was), totalOf(usage)] as const];
  });
  const units = UNITS.flatMap((unit) => {
    const [was, is] = [base, head].map((measured) => millionOrders(measured)[unit] ?? 0);
    if (was === undefined || is === undefined || Math.abs(is - was) <= NOISE * was) return [];
    return [[PRICES[unit].unit, was * priceOf(unit), is * priceOf(unit)] as const];
  });
  const rows = (lines: readonly (readonly [string, number, number])[]): string[][] =>
    lines.map(([name, was, is]) => [name, usd(was), usd(is), difference(was, is)]);
  return [
    table(['cost, USD', 'before', 'after', 'difference'], rows(shared)),
    units.length === 0
      ? 'No unit of an order moved by more than 3 %.'
      : table(['a million orders, USD', 'before', 'after', 'difference'], rows(units)),
  ].join('\n\n');
};
