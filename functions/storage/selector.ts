import { secondsAfter } from '../../lib/runtime/clock.ts';
import type { NodeId } from './ids.ts';
import { HIGH_WATER } from './node-health.ts';
import type { StorageNode } from './node.ts';

/** What is older says nothing about a node any more. */
const REPORT_SECONDS = 300;
/** So long a new node gets less than its space says, a tenth at first. */
const RAMP_SECONDS = 3600;
const RAMP_START = 0.1;

/** Of a node that has no room but for no bytes. */
const LEAST_WEIGHT = 1e-9;

/** A node as the selector sees it. */
export type Candidate = Pick<
  StorageNode,
  'id' | 'pool' | 'state' | 'weight' | 'capacityBytes' | 'accepting' | 'failures' | 'report' | 'activatedAt'
>;

export interface Wanted {
  readonly bytes: number;
  readonly pool: string;
  /** Nodes that were tried already. */
  readonly except: ReadonlySet<NodeId>;
}

export interface Surroundings {
  readonly now: Date;
  readonly random: () => number;
  /** Bytes that were given on a node since its report; more of them are not known to anybody. */
  readonly given?: (node: Candidate) => number;
}

/** Bands, from the best: below the high-water mark and well; below it, but failed lately; the last resort. */
const UNFIT: number = 0;
const WELL = 1;
const SHAKY = 2;
const LAST = 3;

/** The instants that a choice compares with, as text: thousands of dates are not parsed for it. */
const horizons = (now: Date) => ({
  now,
  reportedSince: secondsAfter(now, -REPORT_SECONDS),
  newSince: secondsAfter(now, -RAMP_SECONDS),
});

const rampOf = ({ activatedAt }: Candidate, { now, newSince }: ReturnType<typeof horizons>): number => {
  if (activatedAt === null || activatedAt <= newSince) return 1;
  const age = (now.getTime() - Date.parse(activatedAt)) / 1000 / RAMP_SECONDS;
  return Math.max(RAMP_START, Math.min(1, age));
};

/** Why a node may not get this object; undefined: it may, if it has room. */
const unfitness = (node: Candidate, reportedSince: string): 'not active' | 'no fresh report' | undefined => {
  if (node.state !== 'active') return 'not active';
  return node.report === null || node.report.at < reportedSince ? 'no fresh report' : undefined;
};

const takenOn = (node: Candidate, given: Surroundings['given']): number =>
  (node.report?.takenBytes ?? 0) + (given?.(node) ?? 0);

/** How full a node is, in comparison with what its configured weight wants. */
const fillOf = (node: Candidate, given: Surroundings['given']): number =>
  takenOn(node, given) / (node.capacityBytes * node.weight);

/** One of them, each as likely as its part of the sum: `sums` are the weights added up. */
const drawn = (sums: Float64Array, random: () => number): number => {
  // Below the whole sum, however it is rounded: what comes after the last weight may not be chosen.
  const wanted = Math.min(random(), 1 - Number.EPSILON) * (sums.at(-1) ?? 0);
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sums[middle] ?? 0) > wanted) high = middle;
    else low = middle + 1;
  }
  return low;
};

/**
 * The node that an object goes to. Of the best band that has any, two are drawn by what is effectively free on them times
 * their configured weight, and the emptier one is it: the freest of all would get every object until its next report.
 * Pure; 10,000 nodes take less than a millisecond, and so nothing is made for each of them.
 */
export const selectNode = <Node extends Candidate>(
  nodes: readonly Node[],
  { bytes, pool, except }: Wanted,
  { now, random, given }: Surroundings,
): Node | undefined => {
  const times = horizons(now);
  const bands = new Uint8Array(nodes.length);
  const sums = new Float64Array(nodes.length);
  let best = UNFIT;
  for (const [index, node] of nodes.entries()) {
    if (node.pool !== pool || unfitness(node, times.reportedSince) !== undefined || except.has(node.id)) continue;
    const taken = takenOn(node, given);
    const free = node.capacityBytes - taken;
    if (free < bytes) continue;
    const highWater = node.capacityBytes * HIGH_WATER;
    const isBelow = node.accepting && taken + bytes <= highWater;
    const band = isBelow ? (node.failures === 0 ? WELL : SHAKY) : LAST;
    if (best === UNFIT || band < best) best = band;
    bands[index] = band;
    const share = (isBelow ? highWater - taken : free) * node.weight * rampOf(node, times);
    sums[index] = Math.max(share, LEAST_WEIGHT);
  }
  if (best === UNFIT) return undefined;
  let sum = 0;
  for (let index = 0; index < sums.length; index += 1) {
    if (bands[index] === best) sum += sums[index] ?? 0;
    sums[index] = sum;
  }
  const one = nodes[drawn(sums, random)];
  const other = nodes[drawn(sums, random)];
  if (one === undefined || other === undefined) throw new Error('Nothing was drawn from what is there');
  return fillOf(other, given) < fillOf(one, given) ? other : one;
};

/** For people: why no node could be chosen. */
export const whyNone = (nodes: readonly Candidate[], { bytes, pool }: Wanted, now: Date): string => {
  const { reportedSince } = horizons(now);
  const inPool = nodes.filter((node) => node.pool === pool && node.state !== 'retired');
  const fit = inPool.filter((node) => unfitness(node, reportedSince) === undefined);
  if (inPool.length === 0) return `There is no storage node in the pool ${pool}.`;
  if (fit.length === 0) {
    const active = inPool.filter(({ state }) => state === 'active').length;
    return active === 0
      ? `None of the ${inPool.length} storage nodes in the pool ${pool} is active.`
      : `None of the ${active} active storage nodes in the pool ${pool} was seen to work in the last ${REPORT_SECONDS / 60} minutes.`;
  }
  return `None of the ${fit.length} storage nodes in the pool ${pool} that take objects has room for ${bytes} bytes.`;
};
