import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { exited } from '../oracles/server.ts';
import { SUBJECT_VARIABLE, type Subject } from './subject.ts';

/** No store takes longer; what hangs has failed. */
const LIMIT_MS = 300_000;
/** The folder of the suite. */
export const SUITE = 'test/storage';
export const GROUPS = ['buckets', 'objects', 'signed URLs', 'multipart', 'credentials'] as const;
export type Group = (typeof GROUPS)[number];

export interface Counts {
  passed: number;
  failed: number;
  /** Listed differences, each seen again. */
  differing: number;
}
export interface ContractRun {
  readonly groups: ReadonlyMap<Group, Counts>;
  /** `case: reason`, as they are listed. */
  readonly differences: readonly string[];
  readonly failures: readonly string[];
}

const Report = z.object({
  testResults: z.array(
    z.object({
      message: z.string(),
      assertionResults: z.array(
        z.object({
          ancestorTitles: z.array(z.string()),
          title: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()),
        }),
      ),
    }),
  ),
});

/** What a report of vitest says, by the groups of the contract; a run that left none has failed. */
export const contractRun = (report: string | undefined): ContractRun => {
  const groups = new Map(GROUPS.map((group) => [group, { passed: 0, failed: 0, differing: 0 }]));
  const differences: string[] = [];
  const failures: string[] = [];
  const { testResults } = report === undefined ? { testResults: [] } : Report.parse(JSON.parse(report));
  for (const { message, assertionResults } of testResults) {
    if (assertionResults.length === 0) failures.push(message);
    for (const { ancestorTitles, title, status, failureMessages } of assertionResults) {
      const counts = groups.get(GROUPS.find((group) => ancestorTitles.includes(group)) ?? 'objects');
      const [, what, reason] = /^(.*) \[differs: (.*)\]$/.exec(title) ?? [];
      if (status !== 'passed') {
        failures.push(`${title}: ${(failureMessages[0] ?? status).split('\n')[0]}`);
        if (counts !== undefined) counts.failed += 1;
      } else if (what !== undefined && reason !== undefined) {
        differences.push(`${what}: ${reason}`);
        if (counts !== undefined) counts.differing += 1;
      } else if (counts !== undefined && GROUPS.some((group) => ancestorTitles.includes(group))) counts.passed += 1;
    }
  }
  if (testResults.length === 0) failures.push('the suite left no report');
  return { groups, differences, failures };
};

/** Runs the contract suite against a node that is up. */
export const runContract = async (subject: Subject, folder: string, signal: AbortSignal): Promise<ContractRun> => {
  const report = join(folder, 'report.json');
  const tests = spawn(
    'vitest',
    ['run', '--project', 'oracle', '--reporter=json', `--outputFile.json=${report}`, SUITE],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, [SUBJECT_VARIABLE]: JSON.stringify(subject) } },
  );
  const end = (): void => void tests.kill('SIGTERM');
  signal.addEventListener('abort', end);
  const late = setTimeout(end, LIMIT_MS);
  await exited(tests);
  clearTimeout(late);
  signal.removeEventListener('abort', end);
  return contractRun(existsSync(report) ? readFileSync(report, 'utf8') : undefined);
};
