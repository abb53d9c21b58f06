import type { ImportRow, Outcome } from './import-job.ts';
import { Outcome as OutcomeSchema } from './import-job.ts';
import type { Page, Position } from './page.ts';

/** Rows of one outcome in one slice: how reports are stored, so that the few failures of a large file are found. */
export interface ReportChunk {
  readonly slice: number;
  readonly rows: readonly ImportRow[];
}

/** Where a page of a report ends: a slice and the line in it. */
const positionOf = (slice: number, row: ImportRow): Position => ({ after: `${slice}:${row.line}` });
const startOf = (from: Position | undefined): { readonly slice: number; readonly line: number } => {
  const [slice = 0, line = 0] = (from?.after ?? '0:0').split(':').map(Number);
  return { slice, line };
};

export const outcomesFor = (outcome: Outcome | undefined): readonly Outcome[] =>
  outcome === undefined ? OutcomeSchema.options : [outcome];

/**
 * Pages a report by line. `load` reads the chunks of some slices; each time more slices are asked for, so that neither
 * a full page costs many reads nor a rare outcome many calls.
 */
export const pageOfReport = async (
  slices: number,
  limit: number,
  from: Position | undefined,
  load: (slices: readonly number[]) => Promise<readonly ReportChunk[]>,
): Promise<Page<ImportRow>> => {
  const start = startOf(from);
  const found: { readonly slice: number; readonly row: ImportRow }[] = [];
  let wanted = 1;
  for (let next = start.slice; next < slices && found.length <= limit;) {
    const asked = Array.from({ length: Math.min(wanted, slices - next) }, (_, index) => next + index);
    const chunks = await load(asked);
    const rows = chunks.flatMap(({ slice, rows }) => rows.map((row) => ({ slice, row })));
    const left = rows.filter(({ slice, row }) => slice > start.slice || row.line > start.line);
    found.push(...left.sort((a, b) => a.slice - b.slice || a.row.line - b.row.line));
    next += asked.length;
    wanted = Math.min(wanted * 4, 25);
  }
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(({ row }) => row),
    next: found.length > limit && last !== undefined ? positionOf(last.slice, last.row) : undefined,
  };
};
