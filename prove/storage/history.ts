import { drawsOf } from './draws.ts';
import type { Crash } from './scheduler.ts';

/** Everything that may happen, with how often of the sum of all. */
export const OPERATIONS = {
  put: 14,
  overwrite: 10,
  'stale overwrite': 2,
  'begin upload': 4,
  'begin multipart': 7,
  'announce again': 2,
  'send bytes': 6,
  'send parts': 8,
  'look at an upload': 2,
  'send wrong bytes': 2,
  complete: 8,
  'complete again': 1,
  abort: 3,
  'late put': 3,
  delete: 5,
  restore: 4,
  read: 8,
  list: 2,
  'drain node': 5,
  'step of a drain': 14,
  'message of a move': 16,
  'doubled message': 3,
  'cancel drain': 2,
  'retire node': 3,
  'add node': 2,
  'read-only node': 1,
  'activate node': 3,
  'change capacity': 1,
  'node down': 2,
  'node up': 3,
  'node lies': 2,
  'node flaps': 2,
  'node is full': 1,
  probe: 6,
  sweep: 6,
  'doubled sweep': 3,
  'change quota': 3,
  seconds: 4,
  minutes: 4,
  hours: 2,
} as const;
export type Kind = keyof typeof OPERATIONS;

/**
 * One step of a history: plain numbers, so that steps can be left out and the others still mean something. `picks` are drawn
 * from 0 to below 1: which of the files, nodes, uploads, sizes that there are when it is their turn.
 */
export interface Operation {
  readonly kind: Kind;
  readonly picks: readonly [number, number, number, number];
  /** Calls that are made, of whatever runs, before the next step; `all`: until nothing runs. */
  readonly turns: number | 'all';
  readonly crash?: Crash;
  /** Of the draws of the scheduler during this step. */
  readonly seed: number;
}

const isKind = (kind: string): kind is Kind => kind in OPERATIONS;
const KINDS = Object.keys(OPERATIONS).filter(isKind);
/** What some histories are about, and have three times as much of. */
const MOODS: readonly (readonly Kind[])[] = [
  [],
  ['drain node', 'step of a drain', 'message of a move', 'doubled message', 'cancel drain', 'probe', 'put'],
  [
    'drain node',
    'step of a drain',
    'message of a move',
    'overwrite',
    'delete',
    'read',
    'doubled sweep',
    'minutes',
    'put',
  ],
  ['begin multipart', 'send parts', 'complete', 'abort', 'late put', 'minutes', 'hours', 'sweep', 'doubled sweep'],
  ['put', 'overwrite', 'delete', 'doubled sweep', 'minutes', 'late put', 'late put'],
  ['node down', 'node lies', 'node flaps', 'node up', 'probe', 'message of a move', 'step of a drain', 'put'],
];
/** Before there is something, nothing can happen to it. */
const BEGINNING: readonly Kind[] = ['put', 'put', 'put', 'begin multipart', 'put', 'drain node'];

const drawnFrom = (weights: ReadonlyMap<Kind, number>, draw: number): Kind => {
  let left = draw * [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  for (const [kind, weight] of weights) {
    left -= weight;
    if (left < 0) return kind;
  }
  return 'read';
};

/** Of a seed always the same; at least 50 steps. */
export const historyOf = (seed: number): readonly Operation[] => {
  const random = drawsOf(seed);
  const length = 50 + Math.floor(random() * 31);
  // Some histories crash often and some never, some run step after step and some all at once.
  const crashes = random() < 0.3 ? 0 : random() * 0.3;
  const together = random();
  const mood = MOODS[Math.floor(random() * MOODS.length)] ?? [];
  const weights = new Map(KINDS.map((kind) => [kind, OPERATIONS[kind] * (mood.includes(kind) ? 3 : 1)]));
  return Array.from({ length }, (_, index) => {
    const kind = BEGINNING[index] ?? drawnFrom(weights, random());
    const picks = [random(), random(), random(), random()] as const;
    const turns = random() < together ? Math.floor(random() ** 2 * 60) : 'all';
    const crash: Crash | undefined =
      random() < crashes
        ? { call: 1 + Math.floor(random() ** 2 * 40), effect: random() < 0.5 ? 'before' : 'after' }
        : undefined;
    return { kind, picks, turns, seed: seed * 1000 + index, ...(crash === undefined ? {} : { crash }) };
  });
};

/** Ways to do a step more plainly. */
const PLAINER: readonly ((operation: Operation) => Operation)[] = [
  ({ crash: _, ...operation }) => operation,
  (operation) => ({ ...operation, turns: 'all' }),
];

/**
 * A history that fails in the same way, of which no step can be left out or be made plainer. `fails` runs a history.
 */
export const shrunk = async (
  history: readonly Operation[],
  fails: (history: readonly Operation[]) => Promise<boolean>,
): Promise<readonly Operation[]> => {
  let smallest = history;
  for (let size = Math.ceil(smallest.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = smallest.length - size; start > -size; start -= size) {
      const without = [...smallest.slice(0, Math.max(start, 0)), ...smallest.slice(start + size)];
      if (await fails(without)) smallest = without;
    }
  }
  for (const plainer of PLAINER) {
    for (const index of smallest.keys()) {
      const changed = smallest.map((operation, at) => (at === index ? plainer(operation) : operation));
      if (await fails(changed)) smallest = changed;
    }
  }
  return smallest;
};

export const told = ({ kind, picks, turns, crash }: Operation): string =>
  [
    kind.padEnd(28),
    picks.map((pick) => pick.toFixed(2)).join(' '),
    turns === 'all' ? '' : `next after ${turns} calls`,
    crash === undefined ? '' : `crashes ${crash.effect} call ${crash.call}`,
  ]
    .filter((part) => part !== '')
    .join('  ');
