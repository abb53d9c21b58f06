import { basename } from 'node:path';
import Table from 'cli-table3';
import { runSuite, type SuiteRun } from '../suite.ts';
import { PLANTED_BUGS, type PlantedBug } from './bugs.ts';
import { plant } from './plant.ts';

/** The weather is the same for the same seed and the same calls; which calls meet it is up to the clock, so there are a few. */
export const SEEDS = [1, 2, 3] as const;

type Suite = Pick<PlantedBug, 'file' | 'tests'>;

const inCalm = ({ file, tests }: Suite, args: readonly string[]): Promise<SuiteRun> =>
  runSuite({ file, tests, args, env: { WEATHER: 'calm' } });

const inRough = ({ file, tests }: Suite, args: readonly string[], seed: number): Promise<SuiteRun> =>
  runSuite({ file, tests, args, env: { WEATHER: 'rough', WEATHER_SEED: String(seed) } });

/** Why a run failed, in a line. */
const told = ({ failures }: SuiteRun): string =>
  failures.map(({ test, message }) => `${test}: ${message.split('\n')[0] ?? ''}`).join('; ');

/** The sources as they are pass in rough weather what the bugs fail in; throws what failed otherwise. */
export const proveWithoutBug = async ({ file, tests }: Suite): Promise<void> => {
  const run = await inRough({ file, tests }, [], SEEDS[0]);
  if (!run.passed) throw new Error(`${file} fails in rough weather without any bug: ${told(run)}`);
};

export interface Noticed {
  readonly test: string;
  readonly message: string;
  readonly seed: number;
}

/**
 * Plants a bug, and runs its tests in both weathers.
 * @returns what noticed it in rough weather
 * @throws when it is noticed in calm weather already, not at all, or for another reason than its own
 */
export const proveBug = async (bug: PlantedBug): Promise<Noticed> => {
  const planted = await plant(bug.patches);
  try {
    const args = ['--assembly', planted.assembly];
    const calm = await inCalm(bug, args);
    if (!calm.passed) throw new Error(`${bug.name}: noticed in calm weather already: ${told(calm)}`);
    const others: string[] = [];
    for (const seed of SEEDS) {
      const rough = await inRough(bug, args, seed);
      const own = rough.failures.find(({ message }) => bug.reason.test(message));
      if (own !== undefined) return { ...own, seed };
      others.push(rough.passed ? 'passed' : told(rough));
    }
    throw new Error(`${bug.name}: not noticed in rough weather, but: ${others.join('; ')}`);
  } finally {
    planted.remove();
  }
};

/** The tests that the bugs are noticed by, file by file. */
export const suitesOfBugs = (): readonly Suite[] =>
  [...Map.groupBy(PLANTED_BUGS, ({ file }) => file)].map(([file, bugs]) => ({
    file,
    tests: bugs.map(({ tests }) => tests).join('|'),
  }));

/** `npm run prove -- planted`. */
export const provePlanted = async (): Promise<boolean> => {
  const table = new Table({
    head: ['bug', 'calm', 'rough', 'noticed by'],
    style: { head: [], border: [] },
    colWidths: [30, 8, 16, 70],
    wordWrap: true,
  });
  const started = performance.now();
  let failed = 0;
  const row = async (name: string, prove: () => Promise<[string, string, string]>): Promise<void> => {
    try {
      table.push([name, ...(await prove())]);
    } catch (error) {
      failed += 1;
      table.push([name, '', 'NOT PROVEN', error instanceof Error ? error.message : String(error)]);
    }
    console.log(`${name}: ${((performance.now() - started) / 1000).toFixed(1)} s so far`);
  };
  for (const suite of suitesOfBugs()) {
    await row(`none: ${basename(suite.file, '.e2e.test.ts')}`, async () => {
      await proveWithoutBug(suite);
      return ['', 'passes', ''];
    });
  }
  for (const bug of PLANTED_BUGS) {
    await row(bug.name, async () => {
      const { test, message, seed } = await proveBug(bug);
      return ['passes', `fails, seed ${seed}`, `${test}: ${message.split('\n')[0] ?? ''}`];
    });
  }
  console.log(table.toString());
  return failed === 0;
};
