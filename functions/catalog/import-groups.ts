import type { CsvProblem, CsvRow } from './csv-records.ts';
import type { Column } from './import-columns.ts';

/** More rows than 100 variants and 100 pictures could need. */
export const MAX_GROUP_ROWS = 250;

/** One row of a product: its cells by column, or what is wrong with it. */
export interface GroupRow {
  readonly line: number;
  readonly start: number;
  readonly cells: readonly string[];
  readonly problem?: {
    readonly code: CsvProblem['code'] | 'column_count' | 'handle_missing';
    readonly message: string;
  };
}

/** Consecutive rows with one handle: a product. */
export interface Group {
  /** As it is compared: trimmed, lower case. Empty when no row of it could be read that far. */
  readonly handle: string;
  readonly rows: readonly GroupRow[];
  /** How many rows it really has; `rows` holds `MAX_GROUP_ROWS` at most. */
  readonly size: number;
}

const rowOf = (row: CsvRow, columns: readonly Column[], handle: string): GroupRow => {
  const { line, start, fields, problem } = row;
  if (problem !== undefined) return { line, start, cells: fields, problem };
  if (fields.length !== columns.length) {
    const message = `The row has ${fields.length} fields, the first line ${columns.length}.`;
    return { line, start, cells: fields, problem: { code: 'column_count', message } };
  }
  if (handle === '') {
    return { line, start, cells: fields, problem: { code: 'handle_missing', message: 'The row has no Handle.' } };
  }
  return { line, start, cells: fields };
};

interface OpenGroup {
  handle: string;
  readonly rows: GroupRow[];
  size: number;
}

/**
 * Puts rows together to products. A broken row whose handle cannot be read belongs to the product before it, so that
 * no product is imported that may lack one of its rows.
 */
export const groupRows = (columns: readonly Column[]) => {
  const handleAt = columns.findIndex((column) => column.means === 'handle');
  let open: OpenGroup | undefined;

  const add = (row: CsvRow): Group | undefined => {
    const handle = (row.fields[handleAt] ?? '').trim().toLowerCase();
    const read = rowOf(row, columns, handle);
    if (open !== undefined && (handle === '' || open.handle === '' || handle === open.handle)) {
      if (open.handle === '') open.handle = handle;
      if (open.rows.length < MAX_GROUP_ROWS) open.rows.push(read);
      open.size += 1;
      return undefined;
    }
    const done = open;
    open = { handle, rows: [read], size: 1 };
    return done;
  };

  return {
    /** The groups that are complete now. */
    push: (rows: readonly CsvRow[]): Group[] => rows.flatMap((row) => add(row) ?? []),
    /** The last one. */
    end: (): Group[] => (open === undefined ? [] : [open]),
  };
};
