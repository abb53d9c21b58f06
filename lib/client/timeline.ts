/** A quantity over time: samples at equal distances, `null` where there was none. */
export interface Series {
  readonly label: string;
  readonly samples: readonly (number | null)[];
  /** What a full column stands for; the largest sample when absent. */
  readonly full?: number;
  /** What stands behind the columns: the last value, a state. */
  readonly note?: string;
}

const LEVELS = '▁▂▃▄▅▆▇█';

/** As many columns as fit: each is the mean of the samples that fall into it. */
const columnsOf = (samples: readonly (number | null)[], width: number): (number | null)[] => {
  const columns = Math.min(width, samples.length);
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * samples.length) / columns);
    const to = Math.floor(((column + 1) * samples.length) / columns);
    const there = samples.slice(from, to).filter((sample) => sample !== null);
    return there.length === 0 ? null : there.reduce((sum, sample) => sum + sample, 0) / there.length;
  });
};

const columnOf = (value: number | null, full: number): string => {
  if (value === null) return ' ';
  if (value <= 0) return '·';
  const level = Math.ceil((value / full) * LEVELS.length);
  return LEVELS.charAt(Math.min(Math.max(level, 1), LEVELS.length) - 1);
};

/**
 * A chart of several quantities over the same time, one line each, below each other: `·` is nothing at all, a blank is not
 * known. Marks are events, each under its column.
 */
export const timeline = (
  series: readonly Series[],
  options: {
    readonly width: number;
    readonly seconds: number;
    readonly marks?: readonly { readonly sample: number; readonly text: string }[];
  },
): string => {
  const labels = Math.max(...series.map(({ label }) => label.length));
  const count = Math.max(0, ...series.map(({ samples }) => samples.length));
  const width = Math.min(options.width, count);
  const lines = series.map(({ label, samples, full, note }) => {
    const columns = columnsOf(samples, width);
    const most = full ?? Math.max(0, ...columns.map((column) => column ?? 0));
    return `${label.padEnd(labels)} ${columns.map((column) => columnOf(column, most)).join('')} ${note ?? ''}`.trimEnd();
  });
  const end = `${options.seconds.toFixed(0)} s`;
  const axis = `${' '.repeat(labels)} 0${end.padStart(Math.max(width - 1, end.length + 1))}`;
  const marks = (options.marks ?? []).map(({ sample, text }) => {
    const column = count === 0 ? 0 : Math.min(Math.floor((sample * width) / count), Math.max(width - 1, 0));
    return `${' '.repeat(labels + 1 + column)}^ ${text}`;
  });
  return [...lines, axis, ...marks].join('\n');
};
