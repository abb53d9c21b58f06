import { bucketsFor } from '../functions/inventory/buckets.ts';
import { type Counts, durationsOf } from './durations.ts';
import { QUOTAS, type QuotaName, type Region } from './quotas.ts';
import { countedOf, type Measured } from './measured.ts';
import type { Stage } from './stage.ts';

/** What shoppers look at until one of them orders: views of products and lists. An assumption, that of the large merchant. */
export const BROWSING = { 'product view': 60, 'list of 20 products': 20 } as const;

/** What one order takes of a quota, without and with the browsing before it; of a table's quota, in the busiest table. */
interface Demand {
  readonly order: number;
  readonly withBrowsing: number;
}

/** Seconds of Lambda at work. */
const lambdaSeconds = (counts: Counts, stage: Stage): number => {
  const durations = durationsOf(counts, stage);
  return Object.keys(stage.functions).reduce(
    (total, name) => total + ((counts[`lambda.invocations.${name}`] ?? 0) * durations.ofFunction(name)) / 1000,
    0,
  );
};

type Taken = (counts: Counts, stage: Stage) => Readonly<Record<string, number>>;

const whole =
  (taken: (counts: Counts, stage: Stage) => number): Taken =>
  (counts, stage) => ({ account: taken(counts, stage) });

/** Every table has the quota for itself. */
const byTable =
  (kind: 'read' | 'write'): Taken =>
  (counts) =>
    Object.fromEntries(Object.entries(counts).filter(([name]) => name.startsWith(`table.${kind}Units.`)));

/** What is taken of each quota, by whatever has the quota for itself. */
const TAKEN: Readonly<Partial<Record<QuotaName, Taken>>> = {
  apiRequests: whole((counts) => counts['apigateway.requests'] ?? 0),
  lambdaConcurrency: whole(lambdaSeconds),
  lambdaRate: whole((counts) => counts['lambda.invocations'] ?? 0),
  busPuts: whole((counts) => counts['events.published'] ?? 0),
  busTargets: whole((counts) => counts['sqs.SendMessage'] ?? 0),
  roleSessions: whole((counts) =>
    Object.entries(counts)
      .filter(([name]) => /^lambda\.requests\..*\.sts\./.test(name))
      .reduce((total, [, count]) => total + count, 0),
  ),
  tableWrites: byTable('write'),
  tableReads: byTable('read'),
  newTableWrites: byTable('write'),
  newTableReads: byTable('read'),
};

/** Quotas that orders and browsing use up. */
const RATE_QUOTAS = Object.keys(TAKEN).filter((name): name is QuotaName => name in QUOTAS);

const most = (taken: ReadonlyMap<string, number>): number => Math.max(0, ...taken.values());

const demandOf = (measured: Measured, quota: QuotaName): Demand => {
  const taken = TAKEN[quota];
  if (taken === undefined) throw new Error(`${quota} is no quota of a rate`);
  const order = new Map<string, number>();
  const all = new Map<string, number>();
  const add = (to: Map<string, number>, scenario: string, often: number): void => {
    const { counts, times } = countedOf(measured, scenario);
    for (const [owner, units] of Object.entries(taken(counts, measured.stage)))
      to.set(owner, (to.get(owner) ?? 0) + (units / times) * often);
  };
  add(order, 'order', 1);
  add(all, 'order', 1);
  for (const [scenario, often] of Object.entries(BROWSING)) add(all, scenario, often);
  return { order: most(order), withBrowsing: most(all) };
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
    return { quota, value, demand, orders: value / demand.order, withBrowsing: value / demand.withBrowsing };
  }).sort((a, b) => a.withBrowsing - b.withBrowsing);

/** The quota's value that a rate of orders needs, with the browsing before them. */
export const neededFor = (ceiling: Ceiling, ordersPerSecond: number): number =>
  Math.ceil(ordersPerSecond * ceiling.demand.withBrowsing);

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

/** How many lists of products a second one tenant can have: they read one key of an index. */
export const listsPerTenant = (measured: Measured): number => {
  const { counts, times } = countedOf(measured, 'list of 20 products');
  return (
    (QUOTAS.partitionReads.value['us-east-1'] * times) /
    most(new Map(Object.entries(byTable('read')(counts, measured.stage))))
  );
};

/** A tenant has one key in API Gateway, by which its plan counts and throttles, whatever it has of our own keys. */
export const KEYS_PER_TENANT = 1;
export const tenantsPerCell = (region: Region): number => QUOTAS.apiKeys.value[region] / KEYS_PER_TENANT;
