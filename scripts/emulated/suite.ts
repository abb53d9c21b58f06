import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import * as z from 'zod';
import { SKIPPED_ON_EMULATOR } from '../../test/e2e/skipped-tests.ts';
import { exited } from '../oracles/server.ts';
import { STAGE } from './run-settings.ts';

/** The emulator has one process per concurrent invocation, so a file has few requests under way. */
const CONNECTIONS = '8';

const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.enum(['passed', 'failed']),
      message: z.string().default(''),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.enum(['passed', 'failed', 'skipped', 'pending', 'todo']) }),
      ),
    }),
  ),
});

export interface SuiteRun {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The names of what failed. */
  readonly failures: readonly string[];
}

/** The counts of a vitest report; a suite that left none has failed. */
export const countsOf = (report: string | undefined): SuiteRun => {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0, failures: ['the suite left no report'] };
  const { testResults } = Report.parse(JSON.parse(report));
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failures = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed').map(({ fullName }) => fullName);
    // Where what comes before the tests fails, these are skipped.
    return failed.length === 0 && status === 'failed' ? [`${name}: before its tests: ${message}`] : failed;
  });
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const failed = tests.filter(({ status }) => status === 'failed').length;
  return { passed, failed: failures.length, skipped: tests.length - passed - failed, failures };
};

/** Runs end-to-end files (all, when none is named) against a deployment at an AWS endpoint, one file after the other. */
export const runSuite = async (
  endpoint: string,
  { files = [], report, signal }: { readonly files?: readonly string[]; report: string; signal: AbortSignal },
): Promise<SuiteRun> => {
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const paths = files.map((file) => `test/e2e/${file}.e2e.test.ts`);
  // On a machine that is busy the emulator ends functions that take longer than they may; a second try tells that apart.
  const how = ['--project', 'e2e', '--no-file-parallelism', '--retry', '1'];
  const tests = spawn('vitest', ['run', ...how, ...reporters, ...paths], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      CARTWRIGHT_STAGE: STAGE,
      CARTWRIGHT_AWS_URL: endpoint,
      CARTWRIGHT_E2E_CONNECTIONS: CONNECTIONS,
      CARTWRIGHT_E2E_SKIPPED: SKIPPED_ON_EMULATOR,
    },
  });
  const end = (): void => void tests.kill('SIGTERM');
  signal.addEventListener('abort', end);
  await exited(tests);
  signal.removeEventListener('abort', end);
  return countsOf(existsSync(report) ? readFileSync(report, 'utf8') : undefined);
};
