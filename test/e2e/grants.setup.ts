import { appendFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import { grantsClient } from '../../lib/local/grants-client.ts';
import type { TestUses } from '../../prove/grant-uses.ts';

const { endpoint = '' } = inject('deployment');
const grants = endpoint === '' ? undefined : grantsClient(endpoint);
/** Gets a line for each test: what it used of the permissions of the app's roles. */
const log = process.env['CARTWRIGHT_GRANT_LOG'];
const began = performance.now();
let mark: number | undefined;
let file = '';

/**
 * What happened since the last time. What a function is refused it may also work around or do later, but the app lacks a
 * permission: that fails a test whatever it was about.
 */
const look = async (test: string): Promise<void> => {
  if (mark === undefined) return;
  const reading = await grants?.since(mark);
  if (reading === undefined) return;
  mark = reading.mark;
  if (log !== undefined) {
    const line: TestUses = { file, test, end: Math.round(performance.now() - began), uses: reading.uses };
    appendFileSync(log, `${JSON.stringify(line)}\n`);
  }
  if (reading.refusals.length > 0) throw new Error(reading.refusals.map(({ message }) => message).join('\n'));
};

beforeAll(async () => {
  mark = (await grants?.since(0))?.mark;
});

afterEach(({ task }) => {
  file = task.file.name;
  return look(task.name);
});

afterAll(() => look('after the tests'));
