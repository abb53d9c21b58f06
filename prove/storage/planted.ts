import Table from 'cli-table3';
import { patchedSources } from '../planted/plant.ts';
import { STORAGE_BUGS, type StorageBug } from './bugs.ts';
import { startLane } from './lane.ts';

/** What the histories are made of, and need at run time. */
const PARTS = ['functions', 'lib', 'prove', 'test/fixtures', 'package.json'];
/** More than any of the bugs needs. */
const HISTORIES = 300;

export interface Found {
  /** The seed of the history that found it. */
  readonly seed: number;
  /** What it broke first. */
  readonly promise: string;
  /** Steps of the smallest history that shows it. */
  readonly steps: number;
}

/**
 * Plants a bug in a copy of the sources and runs histories there.
 * @throws when none of them fails, or the copy does not run
 */
export const findBug = async (bug: StorageBug, seed = 1): Promise<Found> => {
  const { root, remove } = patchedSources(bug.patches, PARTS);
  try {
    const { failure } = await startLane({ root, histories: HISTORIES, seed }).proof;
    if (failure === null) throw new Error(`Not found by ${HISTORIES} histories`);
    const [promise = ''] = failure.message.split('\n');
    return { seed: failure.seed, promise, steps: failure.history.length };
  } finally {
    remove();
  }
};

/** `npm run prove -- storage --planted`. */
export const provePlantedInStorage = async (seed: number): Promise<boolean> => {
  const table = new Table({
    head: ['bug', 'found by seed', 'steps', 'what it broke'],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'left'],
    colWidths: [40, 15, 7, 80],
    wordWrap: true,
  });
  let found = 0;
  for (const bug of STORAGE_BUGS) {
    try {
      const { seed: by, steps, promise } = await findBug(bug, seed);
      table.push([bug.name, by, steps, promise]);
      found += 1;
      console.log(`${bug.name}: found`);
    } catch (error) {
      table.push([bug.name, 'NOT FOUND', '', error instanceof Error ? error.message : String(error)]);
      console.log(`${bug.name}: NOT FOUND`);
    }
  }
  console.log(table.toString());
  console.log(`${found} of ${STORAGE_BUGS.length} found.`);
  return found === STORAGE_BUGS.length;
};
