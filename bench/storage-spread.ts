import { type NodeId, nodeId } from '../functions/storage/ids.ts';
import { nodeChoice } from '../functions/storage/node-choice.ts';
import { DEFAULT_LIFETIMES, type StorageNode } from '../functions/storage/node.ts';
import { type Instant, toInstant } from '../lib/runtime/clock.ts';

const BEGIN = Date.parse('2026-03-01T00:00:00.000Z');
const MIB = 1024 ** 2;

/** Numbers that look random and are the same for the same seed (mulberry32). */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Sizes with a heavy tail, from 1 to 256 MiB (bounded Pareto, exponent 1.1): one file in a hundred has a quarter of the bytes. */
export const heavyTailedSize = (random: () => number): number => {
  const [least, most, exponent] = [MIB, 256 * MIB, 1.1];
  const ratio = (least / most) ** exponent;
  return Math.floor(least / (1 - random() * (1 - ratio)) ** (1 / exponent));
};

/** An active node that was probed. */
export const exampleNode = (index: number, capacityBytes: number, at: Instant): StorageNode => ({
  id: nodeId.derive(`node-${index}`),
  name: `node-${index}`,
  endpoint: `https://node-${index}.example`,
  region: 'eu-central-1',
  zone: 'a',
  pool: 'main',
  pathStyle: true,
  secret: `node-${index}`,
  capacityBytes,
  weight: 100,
  lifetimes: DEFAULT_LIFETIMES,
  state: 'active',
  before: null,
  epoch: 1,
  capabilities: { checksums: true, partChecksums: true, tellsChecksum: true },
  report: { at, takenBytes: 0, objects: 0, skewMs: 0 },
  accepting: true,
  failures: 0,
  drain: null,
  activatedAt: toInstant(new Date(BEGIN - 30 * 24 * 3600 * 1000)),
  createdAt: at,
  updatedAt: at,
});

export interface SpreadOptions {
  readonly uploads: number;
  /** Of nodes whose capacities differ by up to four times. */
  readonly nodes: number;
  readonly seed: number;
  /** Instances of the selector that know nothing of each other. */
  readonly instances?: number;
  readonly perSecond?: number;
  readonly reportSeconds?: number;
}

/**
 * Places uploads over a virtual time, with reports that are up to `reportSeconds` old, until 70 % of all space is taken.
 * `deviation`: how far the fill level of a node is from that of all together at most, in points of a hundred.
 */
export const simulateSpread = async ({
  uploads,
  nodes,
  seed,
  instances = 4,
  perSecond = 100,
  reportSeconds = 60,
}: SpreadOptions): Promise<{ readonly deviation: number; readonly fills: readonly number[] }> => {
  const random = seededRandom(seed);
  const sizes = Array.from({ length: uploads }, () => heavyTailedSize(random));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const shares = Array.from({ length: nodes }, (_, index) => 1 + (index % 4));
  const shareSum = shares.reduce((sum, share) => sum + share, 0);
  let time = BEGIN;
  const at = (): Instant => toInstant(new Date(time));
  let reported = shares.map((share, index) => exampleNode(index, Math.ceil((total / 0.7) * (share / shareSum)), at()));
  const taken = new Map<NodeId, number>(reported.map(({ id }) => [id, 0]));
  const takenOf = (id: NodeId): number => taken.get(id) ?? 0;
  const space = {
    nodes: () => Promise.resolve(reported),
    space: () => Promise.reject(new Error('A choice needs no consistent look')),
  };
  const choices = Array.from({ length: instances }, () => nodeChoice({ space, now: () => new Date(time), random }));
  let nextReport = BEGIN + reportSeconds * 1000;
  for (const [index, bytes] of sizes.entries()) {
    time = BEGIN + (index / perSecond) * 1000;
    if (time >= nextReport) {
      nextReport += reportSeconds * 1000;
      reported = reported.map((node) => ({
        ...node,
        report: { at: at(), takenBytes: takenOf(node.id), objects: 0, skewMs: 0 },
      }));
    }
    const choice = choices[Math.floor(random() * instances)];
    const node = await choice?.choose({ bytes, pool: 'main', except: [] });
    if (node === undefined) throw new Error(`No node takes upload ${index} of ${bytes} bytes`);
    choice?.gave(node, bytes);
    taken.set(node.id, takenOf(node.id) + bytes);
  }
  const fills = reported.map(({ id, capacityBytes }) => (100 * takenOf(id)) / capacityBytes);
  const all = (100 * total) / reported.reduce((sum, { capacityBytes }) => sum + capacityBytes, 0);
  return { deviation: Math.max(...fills.map((fill) => Math.abs(fill - all))), fills };
};
