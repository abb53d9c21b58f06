import type { Column, Known } from './import-columns.ts';
import type { GroupRow } from './import-groups.ts';

/** Why a row, and with it its product, is not imported. */
export interface RowProblem {
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

/** A row's cells by what their columns mean. */
export interface RowCells {
  readonly line: number;
  /** Trimmed; undefined when the file has no such column. */
  readonly cell: (means: Known) => string | undefined;
  readonly columns: readonly { readonly column: Column; readonly value: string }[];
}

export const cellsOf = (row: GroupRow, columns: readonly Column[], places: ReadonlyMap<string, number>): RowCells => ({
  line: row.line,
  cell: (means) => {
    const place = places.get(means);
    return place === undefined ? undefined : (row.cells[place] ?? '').trim();
  },
  columns: columns.map((column, index) => ({ column, value: row.cells[index] ?? '' })),
});

/** What the columns that are not known say, by their names; a null for an empty cell. */
export const metadataOf = (
  row: RowCells,
  means: 'productMetadata' | 'variantMetadata',
): Record<string, string | null> =>
  Object.fromEntries(
    row.columns.flatMap(({ column, value }) =>
      column.means === means && 'name' in column && column.name !== ''
        ? [[column.name, value.trim() === '' ? null : value.trim()] as const]
        : [],
    ),
  );
