import type { CsvRow } from './csv-records.ts';
import { type ImportTerms, readHeader } from './import-columns.ts';
import { type Group, groupRows } from './import-groups.ts';
import type { Failure, ImportPlan } from './import-job.ts';

/** A slice ends with the product that brings it to this many rows or bytes: a few seconds of work. */
const SLICE_ROWS = 200;
const SLICE_BYTES = 2_000_000;
/** The plan is one item, and what it remembers while it is made is held in memory. */
const MAX_PRODUCTS = 250_000;
const MAX_REPEATED = 5000;

export type Planned =
  | { readonly ok: true; readonly plan: ImportPlan; readonly rows: number }
  | { readonly ok: false; readonly failure: Failure };

/** The file is not what an import can begin with. */
class Unusable extends Error {
  readonly failure: Failure;
  constructor(code: string, message: string, line: number | null) {
    super(message);
    this.failure = { code, message, line };
  }
}

const planner = (terms: ImportTerms) => {
  let header: readonly string[] | undefined;
  let groups: ReturnType<typeof groupRows> | undefined;
  const slices: { start: number; end: number; line: number }[] = [];
  const seen = new Set<string>();
  const repeated: number[] = [];
  let rows = 0;
  let rowsInSlice = 0;

  const addGroup = (group: Group): void => {
    const [first] = group.rows;
    if (first === undefined) return;
    const last = slices.at(-1);
    if (last === undefined || rowsInSlice >= SLICE_ROWS || first.start - last.start >= SLICE_BYTES) {
      if (last !== undefined) last.end = first.start;
      slices.push({ start: first.start, end: first.start, line: first.line });
      rowsInSlice = 0;
    }
    rowsInSlice += group.size;
    if (group.handle !== '' && seen.has(group.handle)) repeated.push(first.line);
    seen.add(group.handle);
    if (seen.size > MAX_PRODUCTS) {
      throw new Unusable(
        'too_many_products',
        `A file holds ${MAX_PRODUCTS} products at most. Cut it in parts.`,
        first.line,
      );
    }
    if (repeated.length > MAX_REPEATED) {
      throw new Unusable(
        'not_grouped',
        'The rows of a product must follow each other. Sort the file by Handle.',
        first.line,
      );
    }
  };

  return {
    push: (some: readonly CsvRow[]): void => {
      for (const row of some) {
        if (row.problem?.code === 'not_utf8') throw new Unusable('not_utf8', row.problem.message, row.line);
        if (groups === undefined) {
          const read = readHeader(row.fields, terms);
          if (!read.ok) throw new Unusable(read.code, read.message, row.line);
          header = row.fields;
          groups = groupRows(read.columns);
        } else {
          rows += 1;
          for (const group of groups.push([row])) addGroup(group);
        }
      }
    },
    end: (bytes: number): Planned => {
      if (header === undefined || groups === undefined) throw new Unusable('empty_file', 'The file is empty.', null);
      for (const group of groups.end()) addGroup(group);
      const last = slices.at(-1);
      if (last !== undefined) last.end = bytes;
      return { ok: true, plan: { header: [...header], slices, repeated }, rows };
    },
  };
};

/** Plans a file from its rows, a few at a time. */
export const planImport = async (
  rows: AsyncIterable<readonly CsvRow[]>,
  bytes: number,
  terms: ImportTerms,
): Promise<Planned> => {
  const plan = planner(terms);
  try {
    for await (const some of rows) plan.push(some);
    return plan.end(bytes);
  } catch (error) {
    if (error instanceof Unusable) return { ok: false, failure: error.failure };
    throw error;
  }
};
