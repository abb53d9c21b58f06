import type { StockLine } from './calls.ts';
import { type Draw, planDraws, type StockView } from './draws.ts';

/** DynamoDB takes 100 actions in a transaction. */
const MAX_ACTIONS = 99;

export interface PlannedLine {
  readonly line: StockLine;
  readonly draws: readonly Draw[];
  /** Planned as if the variant's own item were all there is: the write must say so. */
  readonly alone: boolean;
}

/** The next lines of an order that fit into one transaction, or what stands against it. */
export type ChunkPlan =
  | { readonly kind: 'planned'; readonly lines: readonly PlannedLine[]; readonly end: number }
  /** These seem not to suffice, by what is remembered: look before refusing. */
  | { readonly kind: 'unsure'; readonly variantIds: readonly string[] }
  | { readonly kind: 'short' }
  /** One line alone would need more draws than a transaction takes: merge its buckets first. */
  | { readonly kind: 'scattered'; readonly variantId: string };

/**
 * Plans the lines from `start` on. `seen` are the variants that were just read; all others are guessed.
 */
export const planChunk = (
  lines: readonly StockLine[],
  start: number,
  seed: number,
  seen: ReadonlyMap<string, StockView>,
  guess: (variantId: string) => StockView | undefined,
): ChunkPlan => {
  const planned: PlannedLine[] = [];
  const unsure: string[] = [];
  // The chunk's own item, and for later chunks the check that the reservation is still held.
  let actions = start === 0 ? 1 : 2;
  for (const line of lines.slice(start)) {
    const known = seen.get(line.variantId);
    const view = known ?? guess(line.variantId);
    const plan = view === undefined ? { short: 0 } : planDraws(view, line.quantity, seed);
    if ('short' in plan) {
      if (known !== undefined) return { kind: 'short' };
      unsure.push(line.variantId);
      continue;
    }
    if (actions + plan.draws.length > MAX_ACTIONS) {
      if (planned.length === 0 && unsure.length === 0) return { kind: 'scattered', variantId: line.variantId };
      break;
    }
    actions += plan.draws.length;
    planned.push({ line, draws: plan.draws, alone: view?.levels.length === 1 });
  }
  if (unsure.length > 0) return { kind: 'unsure', variantIds: unsure };
  return { kind: 'planned', lines: planned, end: start + planned.length };
};
