/**
 * Runs the test tiers in order, prints the seconds of each as a table, and ends with the counts of vitest's own reports as
 * `N passed, N failed`. A tier that fails ends the run: what comes after would only repeat the failure.
 *
 * `node scripts/tiers.ts fast`, `node scripts/tiers.ts fast long`; `--long-only` leaves the fast tiers out when they ran just before.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Table from 'cli-table3';
import * as z from 'zod';

interface Tier {
  readonly name: string;
  readonly command: readonly string[];
  /** The options by which it writes its counts into a file, which are added up; a vitest run has them. */
  readonly report?: (file: string) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const vitest = (name: string, args: readonly string[], env: Record<string, string> = {}): Tier => ({
  name,
  command: ['vitest', 'run', ...args],
  report: (file) => ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
  env,
});

const reports = '.local/reports';
/** What each test of the end-to-end suite used of the permissions of the app's roles. */
const GRANT_LOG = join(reports, 'grants.jsonl');

/** The app of a stage with the second wall of tenancy. */
const WALLED = { CARTWRIGHT_TENANT_WALL: 'on' };
/** Two shops that buy, sell and try to reach each other. */
const TWO_SHOPS = ['tenancy', 'first-sale'].map((name) => `test/e2e/${name}.e2e.test.ts`);

const FAST: readonly Tier[] = [
  { name: 'format', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
  { name: 'lint', command: ['oxlint', '--deny-warnings'] },
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'unused code', command: ['knip'] },
  { name: 'build and synth', command: ['npm', 'run', '--silent', 'synth'] },
  vitest('unit', ['--project', 'unit']),
  vitest('stack', ['--project', 'stack']),
  vitest('integration', ['--project', 'int']),
  vitest('end to end', ['--project', 'e2e'], { CARTWRIGHT_E2E_COVERAGE: 'check', CARTWRIGHT_GRANT_LOG: GRANT_LOG }),
  vitest('end to end, behind the second wall', ['--project', 'e2e', ...TWO_SHOPS], {
    ...WALLED,
    CARTWRIGHT_CONCURRENCY: 'one',
  }),
  {
    name: 'permissions used, five of them taken away',
    command: ['node', 'prove/run.ts', 'grants', '--sample', '5', '--uses', GRANT_LOG],
  },
];

/** The files that buy. */
const SALES = ['first-sale', 'contention', 'orders'].map((name) => `test/e2e/${name}.e2e.test.ts`);

const LONG: readonly Tier[] = [
  { name: 'build and synth', command: ['npm', 'run', '--silent', 'synth'] },
  vitest('end to end, one at a time', ['--project', 'e2e', ...SALES], { CARTWRIGHT_CONCURRENCY: 'one' }),
  vitest('end to end, all behind the second wall', ['--project', 'e2e'], WALLED),
  // Eight hundred tests in random weather: what an unlucky one could not tell, its next run tells.
  vitest('end to end, in rough weather', ['--project', 'e2e', '--retry', '2'], { WEATHER: 'rough' }),
  vitest('planted bugs', ['--project', 'planted']),
  vitest('long', ['--project', 'long']),
  { name: 'recovery, rehearsed', command: ['node', 'prove/run.ts', 'recovery'] },
  {
    name: 'templates and workflows',
    command: ['node', 'scripts/lint-templates.ts'],
    report: (file) => ['--report', file],
  },
  { name: 'oracles', command: ['node', 'scripts/oracles.ts'], report: (file) => ['--report', file] },
];

const Report = z.object({ numPassedTests: z.number(), numFailedTests: z.number() });

rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

const runTier = (tier: Tier, reportFile: string): Promise<boolean> => {
  const [program = '', ...args] = tier.command;
  const child = spawn(program, [...args, ...(tier.report?.(reportFile) ?? [])], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...tier.env },
  });
  return new Promise((resolve, reject) => {
    child.on('error', (cause) =>
      reject(new Error(`${program} cannot be started. Run this through npm, after npm ci.`, { cause })),
    );
    child.on('exit', (code) => resolve(code === 0));
  });
};

const countsOf = (reportFile: string): z.output<typeof Report> => {
  try {
    return Report.parse(JSON.parse(readFileSync(reportFile, 'utf8')));
  } catch {
    return { numPassedTests: 0, numFailedTests: 1 }; // a run that wrote no report did not pass
  }
};

const words = process.argv.slice(2);
const fast = words.includes('fast') && !words.includes('--long-only');
const tiers = [...(fast ? FAST : []), ...(words.includes('long') ? (fast ? LONG.slice(1) : LONG) : [])];
if (tiers.length === 0) {
  console.error('Name what to run: fast, long, or both.');
  process.exit(2);
}

const table = new Table({
  head: ['tier', 'seconds', 'passed', 'failed'],
  style: { head: [], border: [] },
  colAligns: ['left', 'right', 'right', 'right'],
});
let passed = 0;
let failed = 0;
for (const [index, tier] of tiers.entries()) {
  const started = performance.now();
  console.log(`\n== ${tier.name}`);
  const reportFile = join(reports, `${index}.json`);
  const ok = await runTier(tier, reportFile);
  const counts = tier.report !== undefined ? countsOf(reportFile) : { numPassedTests: 0, numFailedTests: 0 };
  passed += counts.numPassedTests;
  failed += counts.numFailedTests + (!ok && counts.numFailedTests === 0 ? 1 : 0);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  table.push([
    tier.name,
    seconds,
    tier.report !== undefined ? counts.numPassedTests : ok ? 'ok' : '',
    ok ? '' : counts.numFailedTests || 'failed',
  ]);
  if (!ok) break;
}
console.log(`\n${table.toString()}\n`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
