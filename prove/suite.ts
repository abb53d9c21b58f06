import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { readOperatorKey } from '../lib/client/operator.ts';
import { spawnCloud } from '../lib/local/spawn.ts';

const VITEST = 'node_modules/vitest/vitest.mjs';

const Report = z.object({
  numTotalTests: z.number(),
  testResults: z.array(
    z.object({
      message: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
});

export interface Failure {
  readonly test: string;
  readonly message: string;
}

export interface SuiteRun {
  readonly passed: boolean;
  /** What failed first; a file that failed before its tests is one failure without a test's name. */
  readonly failures: readonly Failure[];
}

export interface SuiteOptions {
  readonly file: string;
  /** Only tests whose names this regular expression finds. */
  readonly tests?: string;
  /** Of the cloud. */
  readonly args?: readonly string[];
  /** Of the cloud and the tests. */
  readonly env?: Readonly<Record<string, string>>;
}

const failuresIn = (report: z.output<typeof Report>): Failure[] =>
  report.testResults.flatMap(({ message, assertionResults }) => {
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0 && message !== '') return [{ test: '', message }];
    return failed.map(({ fullName, failureMessages }) => ({ test: fullName, message: failureMessages.join('\n') }));
  });

/** A run within a run must not take the outer one's settings for its own. */
const outerEnv = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VITEST|TEST$|NODE_ENV$)/.test(name)));

const runTests = async (options: SuiteOptions, env: Readonly<Record<string, string>>): Promise<SuiteRun> => {
  const directory = mkdtempSync(join(tmpdir(), 'cartwright-suite-'));
  const outputFile = join(directory, 'report.json');
  const args = ['run', '--project', 'e2e', '--bail', '1', '--reporter', 'json', '--outputFile', outputFile];
  const only = options.tests === undefined ? [] : ['-t', options.tests];
  try {
    const child = spawn(process.execPath, [VITEST, ...args, ...only, options.file], {
      env: { ...outerEnv(), ...options.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let problems = '';
    child.stderr.on('data', (chunk: Buffer) => (problems += chunk.toString()));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (!existsSync(outputFile)) throw new Error(`The tests of ${options.file} left no report:\n${problems}`);
    const report = Report.parse(JSON.parse(readFileSync(outputFile, 'utf8')));
    const ran = report.testResults.flatMap(({ assertionResults }) => assertionResults);
    if (code === 0 && !ran.some(({ status }) => status === 'passed')) {
      throw new Error(`${options.file} has no test that says: ${options.tests ?? ''}`);
    }
    return { passed: code === 0, failures: failuresIn(report) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

/** Runs one end-to-end file against a cloud of its own, until the first failure. */
export const runSuite = async (options: SuiteOptions): Promise<SuiteRun> => {
  const stateDir = mkdtempSync(join(tmpdir(), 'cartwright-suite-state-'));
  try {
    const cloud = await spawnCloud({ stateDir, args: options.args ?? [], env: options.env ?? {} });
    try {
      const operatorKey = await readOperatorKey({ stage: 'dev', endpoint: cloud.awsUrl });
      return await runTests(options, {
        CARTWRIGHT_API_URL: cloud.apiUrl,
        CARTWRIGHT_AWS_URL: cloud.awsUrl,
        CARTWRIGHT_OPERATOR_KEY: operatorKey,
      });
    } finally {
      await cloud.stop();
    }
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
};
