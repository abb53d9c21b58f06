import { setImmediate } from 'node:timers/promises';
import { createTenantSessions } from '../../lib/runtime/tenant-sessions.ts';
import { TenantId } from '../../lib/runtime/tenant.ts';
import { seededRandom } from '../../lib/local/weather.ts';

/** A group of functions that serve alike. Rates are per order of the whole stage. */
export interface FunctionGroup {
  readonly what: string;
  /** How many functions; each keeps sessions of its own. */
  readonly functions: number;
  /** Invocations of each of them, per order. */
  readonly perOrder: number;
  /** Milliseconds that an invocation holds an instance. */
  readonly holdsMs: number;
}

export interface Stage {
  readonly tenants: number;
  readonly ordersPerSecond: number;
}

/** How full Lambda keeps an instance on average: below 1, because requests do not come one after the other. */
const USE_OF_INSTANCE = 0.5;
const SESSION_SECONDS = 3600;

/** Instances of one function, by Little's law; a function that is used at all has one. */
export const instancesOf = (group: FunctionGroup, { ordersPerSecond }: Stage): number =>
  Math.max(1, Math.ceil((ordersPerSecond * group.perOrder * group.holdsMs) / 1000 / USE_OF_INSTANCE));

/** The shares of the shops in all traffic, the largest first: the n-th has 1/n of the first's (Zipf, exponent 1). */
export const zipfShares = (tenants: number): Float64Array => {
  const shares = Float64Array.from({ length: tenants }, (_, rank) => 1 / (rank + 1));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
};

/**
 * Sessions that one instance opens in a second when nothing is displaced: a shop with `rate` requests a second opens one
 * every `seconds` plus the time until its next request.
 */
export const opensPerSecond = (shares: Float64Array, requestsPerSecond: number, seconds: number): number =>
  shares.reduce((sum, share) => {
    const rate = share * requestsPerSecond;
    return sum + rate / (1 + rate * seconds);
  }, 0);

export interface SessionTraffic {
  /** Sessions opened per request, beside it or before it. */
  readonly opensPerRequest: number;
  /** Requests that waited for one. */
  readonly waitsPerRequest: number;
}

/** A rank by its share: the first whose cumulated share is above the drawn number. */
const drawFrom = (shares: Float64Array): ((drawn: number) => number) => {
  let sum = 0;
  const cumulated = shares.map((share) => (sum += share));
  return (drawn) => {
    let [low, high] = [0, cumulated.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulated[middle] ?? 1) <= drawn) low = middle + 1;
      else high = middle;
    }
    return low;
  };
};

const tenantOfRank = (rank: number): TenantId => TenantId.parse(`tnt_${String(rank).padStart(26, '0')}`);

/**
 * Runs the functions' own cache for one instance: `hours` of requests at even distances, of shops drawn by their shares.
 * The first hour, in which every session is a first one, is part of it: instances live for hours, not for days.
 */
export const simulate = async (options: {
  readonly shares: Float64Array;
  readonly requestsPerSecond: number;
  readonly hours: number;
  readonly seed: number;
  readonly maxKept?: number;
}): Promise<SessionTraffic> => {
  const draw = drawFrom(options.shares);
  const random = seededRandom(options.seed);
  const ids = Array.from(options.shares, (_, rank) => tenantOfRank(rank));
  const requests = Math.round(options.requestsPerSecond * options.hours * 3600);
  let now = 0;
  let opens = 0;
  let waits = 0;
  const sessions = createTenantSessions({
    open: async () => {
      opens += 1;
      const credentials = { accessKeyId: '', secretAccessKey: '' };
      return { credentials, expiresAt: now + SESSION_SECONDS * 1000 };
    },
    now: () => now,
    ...(options.maxKept === undefined ? {} : { maxKept: options.maxKept }),
  });
  for (let request = 0; request < requests; request += 1) {
    now = (request * 1000) / options.requestsPerSecond;
    const tenant = ids[draw(random())];
    if (tenant === undefined) throw new Error('a rank without a tenant');
    const before = opens;
    const held = sessions.of(tenant);
    if (held instanceof Promise) waits += 1;
    // A renewal beside the request is done long before the shop's next one.
    if (opens > before) await setImmediate();
  }
  return { opensPerRequest: opens / requests, waitsPerRequest: waits / requests };
};

export interface GroupPrice extends SessionTraffic {
  readonly what: string;
  /** Of one function. */
  readonly instances: number;
  /** Calls of STS a second, by all functions of the group. */
  readonly callsPerSecond: number;
}

export interface StagePrice {
  readonly groups: readonly GroupPrice[];
  /** Calls of STS a second, by all. */
  readonly callsPerSecond: number;
  /** Sessions that an order waits for, on average. */
  readonly waitsPerOrder: number;
}

/** What the wall costs a stage. Instances of one function are alike, so one is simulated. */
export const priceOf = async (
  stage: Stage,
  groups: readonly FunctionGroup[],
  options: { readonly hours: number; readonly seed: number; readonly maxKept?: number },
): Promise<StagePrice> => {
  const shares = zipfShares(stage.tenants);
  const priced: GroupPrice[] = [];
  let waitsPerOrder = 0;
  for (const group of groups) {
    const instances = instancesOf(group, stage);
    const rate = stage.ordersPerSecond * group.perOrder;
    const traffic = await simulate({ shares, requestsPerSecond: rate / instances, ...options });
    waitsPerOrder += traffic.waitsPerRequest * group.perOrder * group.functions;
    priced.push({
      what: group.what,
      instances,
      callsPerSecond: rate * group.functions * traffic.opensPerRequest,
      ...traffic,
    });
  }
  return {
    groups: priced,
    callsPerSecond: priced.reduce((sum, { callsPerSecond }) => sum + callsPerSecond, 0),
    waitsPerOrder,
  };
};
