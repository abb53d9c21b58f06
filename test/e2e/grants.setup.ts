import { appendFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import { grantsClient, type GrantUse } from '../../lib/local/grants-client.ts';

/** What one test used of the permissions of the app's roles: a line of the file that CARTWRIGHT_GRANT_LOG names. */
export interface TestUses {
  readonly file: string;
  readonly test: string;
  /** Milliseconds from the beginning of the file to the end of the test. */
  readonly end: number;
  readonly uses: readonly GrantUse[];
}

const awsUrl = inject('awsUrl');
const grants = awsUrl === '' ? undefined : grantsClient(awsUrl);
const log = process.env['CARTWRIGHT_GRANT_LOG'];
const began = performance.now();
let start: number | undefined;
let mark = 0;

beforeAll(async () => {
  start = (await grants?.since(0))?.mark;
  mark = start ?? 0;
});

afterEach(async ({ task }) => {
  if (log === undefined || start === undefined) return;
  const reading = await grants?.since(mark);
  if (reading === undefined) return;
  mark = reading.mark;
  const line: TestUses = {
    file: task.file.name,
    test: task.name,
    end: Math.round(performance.now() - began),
    uses: reading.uses,
  };
  appendFileSync(log, `${JSON.stringify(line)}\n`);
});

// What a function is refused it may also work around or do later; the app lacks a permission all the same.
afterAll(async () => {
  if (start === undefined) return;
  const refusals = (await grants?.since(start))?.refusals ?? [];
  if (refusals.length > 0) throw new Error(refusals.map(({ message }) => message).join('\n'));
});
