import { record } from './machine.ts';
import { type createReport, median, show } from './report.ts';
import { decisionsPerSecond, grantsPerSecond } from './storage.ts';
import { simulateSpread } from './storage-spread.ts';

const LEAST_GRANTS = 300;
/** Of 10,000 nodes: a choice takes less than a millisecond. */
const LEAST_DECISIONS = 1000;
/** Points of a hundred by which a node's fill level may be off. */
const MOST_DEVIATION = 2;

export interface StorageOptions {
  readonly report: ReturnType<typeof createReport>;
  readonly runs: number;
  readonly quick: boolean;
  /** On the disk that the bench is about. */
  readonly directory: string;
}

/** Runs as often as is asked for, and writes the row down. */
const measured = async (
  { report, runs, quick }: StorageOptions,
  label: string,
  bar: number | undefined,
  work: () => number | Promise<number>,
): Promise<void> => {
  const rates: number[] = [];
  for (let run = 0; run < runs; run += 1) rates.push(await work());
  const rate = median(rates);
  record('storage', { quick, label, rates });
  if (bar !== undefined && rate < bar) report.below(`${label}: ${show(rate)} per second, the bar is ${bar}`);
  report.row(
    label,
    show(rate),
    `${show(Math.min(...rates))} to ${show(Math.max(...rates))}`,
    '',
    '',
    bar ?? '',
    '',
    '',
  );
};

/** The rows of `--only storage`: choices of a node, grants of space, and how evenly uploads are spread. */
export const storageRows = async (options: StorageOptions): Promise<void> => {
  const { report, quick, directory } = options;
  const seconds = quick ? 2 : 10;
  for (const nodes of [10, 1000, 10_000]) {
    const bar = nodes === 10_000 ? LEAST_DECISIONS : undefined;
    await measured(options, `choice among ${nodes} storage nodes`, bar, () => decisionsPerSecond(nodes, seconds));
  }
  await measured(options, 'grants of storage space', LEAST_GRANTS, () => grantsPerSecond(directory, seconds));

  const { deviation, fills } = await simulateSpread({ uploads: 100_000, nodes: 20, seed: 1 });
  record('storage', { quick, label: 'spread', deviation, fills });
  const off = `${deviation.toFixed(2)} points off`;
  if (!(deviation < MOST_DEVIATION)) report.below(`spread of 100,000 uploads: ${off}, the bar is ${MOST_DEVIATION}`);
  report.row('spread of 100,000 uploads, 20 nodes', off, '', '', '', `${MOST_DEVIATION} points`, '', '');
};
