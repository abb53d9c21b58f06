import { spawn } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { readOperatorKey } from '../lib/client/operator.ts';
import { grantsClient } from '../lib/local/grants-client.ts';
import { type CloudProcess, spawnCloud } from '../lib/local/spawn.ts';

/** A line of the file that the end-to-end suite writes when CARTWRIGHT_GRANT_LOG names one. */
const TestUses = z.object({
  /** Empty for the whole suite. */
  file: z.string(),
  test: z.string(),
  /** Milliseconds from the beginning of the file to the end of the test. */
  end: z.number(),
  uses: z.array(z.object({ role: z.string(), action: z.string(), resource: z.string() })),
});
export type TestUses = z.output<typeof TestUses>;

export const readUses = (file: string): TestUses[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => TestUses.parse(JSON.parse(line)));

const Report = z.object({
  testResults: z.array(
    z.object({
      message: z.string().default(''),
      assertionResults: z.array(
        z.object({ status: z.string(), fullName: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
});

export interface Failure {
  /** The first test that failed, or what was before all tests. */
  readonly test: string;
  /** Whether nothing else failed than the rule that no role is refused anything. */
  readonly byRefusalAlone: boolean;
}

export interface SuiteRun {
  readonly passed: boolean;
  /** Undefined for a run that passed or was cut off. */
  readonly failure: Failure | undefined;
}

const REFUSED = 'is not authorized to perform: ';

const VITEST = 'node_modules/vitest/vitest.mjs';

/**
 * Runs the end-to-end suite, or one file of it until its first failure, against a cloud that is there. What is not done
 * when `giveUp` is aborted has failed.
 */
export const runSuite = async (
  cloud: CloudProcess,
  options: {
    readonly operatorKey: string;
    readonly file?: string;
    readonly giveUp: AbortSignal;
    readonly env?: Readonly<Record<string, string>>;
  },
): Promise<SuiteRun> => {
  const directory = mkdtempSync(join(tmpdir(), 'cartwright-suite-'));
  const report = join(directory, 'report.json');
  // What the whole suite promises is proven elsewhere; here it only has to be gone through once.
  const which = options.file === undefined ? ['--no-file-parallelism', '--retry', '2'] : ['--bail', '1', options.file];
  const args = [VITEST, 'run', '--project', 'e2e', '--reporter=json', `--outputFile=${report}`, ...which];
  const child = spawn(process.execPath, args, {
    env: {
      ...process.env,
      CARTWRIGHT_API_URL: cloud.apiUrl,
      CARTWRIGHT_AWS_URL: cloud.awsUrl,
      CARTWRIGHT_OPERATOR_KEY: options.operatorKey,
      ...options.env,
    },
    stdio: 'ignore',
    detached: true,
  });
  const end = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  options.giveUp.addEventListener('abort', end);
  try {
    const passed = await new Promise<boolean>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => resolve(code === 0));
    });
    return { passed, failure: passed ? undefined : firstFailure(report) };
  } finally {
    options.giveUp.removeEventListener('abort', end);
    rmSync(directory, { recursive: true, force: true });
  }
};

const firstFailure = (report: string): Failure | undefined => {
  if (!existsSync(report)) return undefined;
  const { testResults } = Report.parse(JSON.parse(readFileSync(report, 'utf8')));
  const test = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed');
  const messages = test?.failureMessages ?? testResults.map(({ message }) => message);
  return {
    test: test?.fullName.trim() ?? 'what comes before its tests',
    byRefusalAlone: messages.every((message) => message.includes(REFUSED)),
  };
};

export interface ProvingCloud {
  readonly cloud: CloudProcess;
  readonly operatorKey: string;
  stop(): Promise<void>;
}

/** A fresh cloud with the app of cdk.out. */
export const startProvingCloud = async (args: readonly string[] = []): Promise<ProvingCloud> => {
  const stateDir = mkdtempSync(join(tmpdir(), 'cartwright-grants-'));
  const remove = (): void => rmSync(stateDir, { recursive: true, force: true });
  try {
    const cloud = await spawnCloud({ stateDir, args: ['--synchronous', 'NORMAL', ...args] });
    const operatorKey = await readOperatorKey({ stage: 'dev', endpoint: cloud.awsUrl });
    return {
      cloud,
      operatorKey,
      stop: async () => {
        await cloud.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
};

const WHOLE_SUITE_MS = 15 * 60_000;

/** Runs the whole suite, file after file, and tells what each test used. */
export const recordUses = async (keep: string | undefined): Promise<TestUses[]> => {
  const directory = mkdtempSync(join(tmpdir(), 'cartwright-uses-'));
  const log = join(directory, 'uses.jsonl');
  const { cloud, operatorKey, stop } = await startProvingCloud();
  try {
    const env = { CARTWRIGHT_GRANT_LOG: log };
    const { passed, failure } = await runSuite(cloud, {
      operatorKey,
      giveUp: AbortSignal.timeout(WHOLE_SUITE_MS),
      env,
    });
    if (!passed) throw new Error(`The suite fails with every grant in place: ${failure?.test ?? 'it did not end'}`);
    const reading = await grantsClient(cloud.awsUrl).since(0);
    const whole: TestUses = { file: '', test: 'the whole suite', end: 0, uses: reading?.uses ?? [] };
    appendFileSync(log, `${JSON.stringify(whole)}\n`);
    if (keep !== undefined) copyFileSync(log, keep);
    return readUses(log);
  } finally {
    await stop();
    rmSync(directory, { recursive: true, force: true });
  }
};
