/**
 * `npm run tenant-wall`: what the second wall of tenancy costs, by simulation of the functions' own cache. The table of
 * docs/decisions/0018-tenants-are-told-apart-by-iam.md is its output.
 */
import Table from 'cli-table3';
import { type FunctionGroup, priceOf, type Stage } from './session-traffic.ts';

/**
 * Who opens sessions. An order's invocations are those of a checkout with a guest's cart; times are those of a function
 * whose calls of DynamoDB take 5 ms each; forty product views an order is what shops with a conversion of 2.5 % have.
 */
const GROUPS: readonly FunctionGroup[] = [
  { what: 'product views', functions: 2, perOrder: 20, holdsMs: 10 },
  { what: 'cart: create, change, get', functions: 3, perOrder: 1, holdsMs: 20 },
  { what: 'quote', functions: 1, perOrder: 3, holdsMs: 15 },
  { what: 'checkout (waits for its saga)', functions: 1, perOrder: 1, holdsMs: 200 },
  { what: 'saga: lock, place, reserve, authorize, confirm', functions: 5, perOrder: 1, holdsMs: 15 },
  { what: "the merchants' own work", functions: 60, perOrder: 0.02, holdsMs: 20 },
];
const STAGES: readonly Stage[] = [
  { tenants: 100, ordersPerSecond: 1 },
  { tenants: 100, ordersPerSecond: 10 },
  { tenants: 10_000, ordersPerSecond: 10 },
  { tenants: 10_000, ordersPerSecond: 100 },
  { tenants: 10_000, ordersPerSecond: 500 },
];
/** Lambda replaces an instance after some hours. */
const HOURS = 3;
/** Requests a second that STS answers to one account in one region. */
const STS_QUOTA = 600;
/** What a call of STS takes: assumed, because AWS publishes no figure. */
const STS_MS = 20;

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
const table = new Table({
  head: ['tenants', 'orders/s', 'functions', 'instances each', 'requests that wait', 'STS calls/s'],
  style: { head: [], border: [] },
  colAligns: ['right', 'right', 'left', 'right', 'right', 'right'],
});
const sums = new Table({
  head: [
    'tenants',
    'orders/s',
    'STS calls/s',
    `of ${STS_QUOTA}`,
    'sessions an order waits for',
    `ms an order (${STS_MS} ms each)`,
  ],
  style: { head: [], border: [] },
  colAligns: ['right', 'right', 'right', 'right', 'right', 'right'],
});
for (const stage of STAGES) {
  const { groups, callsPerSecond, waitsPerOrder } = await priceOf(stage, GROUPS, { hours: HOURS, seed: 1 });
  for (const group of groups) {
    table.push([
      stage.tenants,
      stage.ordersPerSecond,
      group.what,
      group.instances,
      percent(group.waitsPerRequest),
      group.callsPerSecond.toFixed(2),
    ]);
  }
  sums.push([
    stage.tenants,
    stage.ordersPerSecond,
    callsPerSecond.toFixed(1),
    percent(callsPerSecond / STS_QUOTA),
    waitsPerOrder.toFixed(3),
    (waitsPerOrder * STS_MS).toFixed(1),
  ]);
}
console.log(table.toString());
console.log(sums.toString());
