import Table from 'cli-table3';

export const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

export const show = (value: number | null | undefined): string =>
  value === null || value === undefined || Number.isNaN(value)
    ? '-'
    : value < 10
      ? value.toFixed(1)
      : String(Math.round(value));

type Cell = string | number;

/** Gathers the rows of a run, and the bars that they are below. */
export const createReport = () => {
  const plain = { head: [], border: [] };
  const rows = new Table({
    head: ['row', 'per second', 'spread', 'p50 ms', 'p95 ms', 'bar', 'to the aim', 'peers'],
    style: plain,
  });
  const broken: string[] = [];
  return {
    row: (...cells: readonly Cell[]): void => void rows.push([...cells]),
    below: (what: string): void => void broken.push(what),
    broken: broken as readonly string[],
    rows: (): string => rows.toString(),
    /** A small table of names and figures. */
    figures(title: string, head: readonly string[], lines: readonly (readonly Cell[])[]): string {
      const table = new Table({ head: [...head], style: plain });
      for (const line of lines) table.push([...line]);
      return `${title}\n${table.toString()}`;
    },
  };
};
