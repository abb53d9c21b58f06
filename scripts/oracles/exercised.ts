import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { run } from './commands.ts';
import type { Oracle } from './oracles.ts';
import { SERVER_LOG } from './server.ts';

/** The exit code of an exercise whose oracle did not come up. */
export const NOT_STARTED = 3;

/** No suite takes longer; what hangs has failed. */
const LIMIT_MS = 300_000;

export interface Counts {
  /** As vitest counts: a listed difference that is one, has passed. */
  readonly passed: number;
  readonly failed: number;
  /** How many of the passed are listed differences. */
  readonly differing: number;
  /** The cases in which the oracle is known to be another, each with the reason. */
  readonly differences: readonly string[];
}

export type Exercised = Counts | { readonly notRun: string };

const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(
    z.object({ assertionResults: z.array(z.object({ ancestorTitles: z.array(z.string()), title: z.string() })) }),
  ),
});

/** The counts of a vitest report; a run that wrote none has failed. */
export const countsOf = (report: string | undefined): Counts => {
  if (report === undefined) return { passed: 0, failed: 1, differing: 0, differences: [] };
  const { numPassedTests, numFailedTests, testResults } = Report.parse(JSON.parse(report));
  const titles = testResults.flatMap((file) => file.assertionResults.map(({ title }) => title));
  const differences = titles.flatMap((title) => {
    const [, what, reason] = /^(.*) \[differs: (.*)\]$/.exec(title) ?? [];
    return what === undefined || reason === undefined ? [] : [`${what}: ${reason}`];
  });
  return {
    passed: numPassedTests,
    failed: numFailedTests,
    differing: differences.length,
    differences: [...new Set(differences)],
  };
};

/** The words before a command that give it a network of its own, with nothing in it but 127.0.0.1; undefined where that is not allowed. */
const ownNetwork = async (): Promise<readonly string[] | undefined> => {
  const up = ['sh', '-c', 'ip link set lo up && exec "$0" "$@"'];
  for (const unshare of [
    ['unshare', '--net'],
    ['unshare', '--map-root-user', '--net'],
  ]) {
    if ((await run({ command: [...unshare, ...up, 'true'] })).ok) return [...unshare, ...up];
  }
  return undefined;
};

/** Runs the suites of an installed oracle against it. */
export const exercised = async (oracle: Oracle, folder: string, signal: AbortSignal): Promise<Exercised> => {
  const network = oracle.listensEverywhere === true ? await ownNetwork() : [];
  if (network === undefined) {
    return { notRun: 'listens on all interfaces, and this machine gives it no network of its own (unshare, ip)' };
  }
  const report = join(folder, 'report.json');
  rmSync(report, { force: true });
  const script = join(import.meta.dirname, 'exercise.ts');
  console.log(`\n== ${oracle.name} ${oracle.version}`);
  const [program = '', ...args] = [...network, process.execPath, script, oracle.name, folder, report];
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const end = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', end);
  const late = setTimeout(end, LIMIT_MS);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(late);
  signal.removeEventListener('abort', end);
  if (code === NOT_STARTED) return { notRun: `did not start: see ${join(folder, SERVER_LOG)}` };
  const counts = countsOf(existsSync(report) ? readFileSync(report, 'utf8') : undefined);
  return code === 0 || counts.failed > 0 ? counts : { ...counts, failed: 1 };
};
