import { bucketsFor } from '../functions/inventory/buckets.ts';
import { type Counts, durationsOf } from './durations.ts';
import { QUOTAS, type QuotaName, type Region } from './quotas.ts';
import { countedOf, type Measured } from './measured.ts';
import type { Stage } from './stage.ts';

/** What shoppers look at until one of them orders: views of products and lists. An assumption, that of the large merchant. */
export const BROWSING = { 'product view': 60, 'list of 20 products': 20 } as const;

/** What one order takes of a quota, with and without the browsing before it. */
interface Demand {
  readonly order: number;
  readonly browsing: number;
}

/** The most that one table takes: every table has the same quota. */
const busiestTable = (counts: Counts, kind: 'read' | 'write'): number =>
  Math.max(
    0,
    ...Object.entries(counts)
      .filter(([name]) => name.startsWith(`table.${kind}Units.`))
      .map(([, units]) => units),
  );

/** Seconds of Lambda at work. */
const lambdaSeconds = (counts: Counts, stage: Stage): number => {
  const durations = durationsOf(counts, stage);
  return Object.keys(stage.functions).reduce(
    (total, name) => total + ((counts[`lambda.invocations.${name}`] ?? 0) * durations.ofFunction(name)) / 1000,
    0,
  );
};

type Taken = (counts: Counts, stage: Stage) => number;

const TAKEN: Readonly<Partial<Record<QuotaName, Taken>>> = {
  apiRequests: (counts) => counts['apigateway.requests'] ?? 0,
  lambdaConcurrency: lambdaSeconds,
  lambdaRate: (counts) => counts['lambda.invocations'] ?? 0,
  busPuts: (counts) => counts['events.published'] ?? 0,
  busTargets: (counts) => counts['sqs.SendMessage'] ?? 0,
  tableWrites: (counts) => busiestTable(counts, 'write'),
  tableReads: (counts) => busiestTable(counts, 'read'),
  newTableWrites: (counts) => busiestTable(counts, 'write'),
  newTableReads: (counts) => busiestTable(counts, 'read'),
};

/** Quotas that orders and browsing use up. */
const RATE_QUOTAS = Object.keys(TAKEN).filter((name): name is QuotaName => name in QUOTAS);

const demandOf = (measured: Measured, quota: QuotaName): Demand => {
  const taken = TAKEN[quota];
  if (taken === undefined) throw new Error(`${quota} is no quota of a rate`);
  const one = (scenario: string): number => {
    const { counts, times } = countedOf(measured, scenario);
    return taken(counts, measured.stage) / times;
  };
  return {
    order: one('order'),
    browsing: Object.entries(BROWSING).reduce((total, [scenario, times]) => total + times * one(scenario), 0),
  };
};

export interface Ceiling {
  readonly quota: QuotaName;
  readonly value: number;
  readonly demand: Demand;
  /** Orders per second at which it is used up: by orders alone, and with the browsing before them. */
  readonly orders: number;
  readonly withBrowsing: number;
}

/** What each quota allows, the one that breaks first (with browsing) at the top. */
export const ceilings = (measured: Measured, region: Region): readonly Ceiling[] =>
  RATE_QUOTAS.map((quota) => {
    const demand = demandOf(measured, quota);
    const value = QUOTAS[quota].value[region];
    return {
      quota,
      value,
      demand,
      orders: value / demand.order,
      withBrowsing: value / (demand.order + demand.browsing),
    };
  }).sort((a, b) => a.withBrowsing - b.withBrowsing);

/** The quota's value that a rate of orders needs, with the browsing before them. */
export const neededFor = (ceiling: Ceiling, ordersPerSecond: number): number =>
  Math.ceil(ordersPerSecond * (ceiling.demand.order + ceiling.demand.browsing));

/** A level's item is below 1 kB; written in a transaction, it costs two units. */
const UNITS_PER_TAKE = 2;
/**
 * DynamoDB refuses a write to an item that a running transaction holds. A transaction takes about 10 ms, so one item takes
 * about so many a second, long before its key's units are used up.
 */
export const TRANSACTIONS_PER_ITEM = 100;

export interface HotSku {
  readonly available: number;
  readonly buckets: number;
  /** Orders per second of this SKU, by transactions on its items and by the units of their keys. */
  readonly byTransactions: number;
  readonly byUnits: number;
}

/** How fast one SKU sells. Each bucket is an item with a key of its own. */
export const hotSku = (available: number): HotSku => {
  const buckets = bucketsFor(available);
  return {
    available,
    buckets,
    byTransactions: buckets * TRANSACTIONS_PER_ITEM,
    byUnits: (buckets * QUOTAS.partitionWrites.value['us-east-1']) / UNITS_PER_TAKE,
  };
};

/** A tenant has one key in API Gateway, by which its plan counts and throttles, whatever it has of our own keys. */
export const KEYS_PER_TENANT = 1;
export const tenantsPerCell = (region: Region): number => QUOTAS.apiKeys.value[region] / KEYS_PER_TENANT;
