import { beforeEach } from 'vitest';
import { readSkipped, skippedBy } from './skipped-tests.ts';

/** CARTWRIGHT_E2E_SKIPPED names a list of tests that cannot say anything where the suite runs. */
const list = process.env['CARTWRIGHT_E2E_SKIPPED'];

if (list !== undefined) {
  const skipped = readSkipped(list);
  beforeEach(({ task, skip }) => {
    const entry = skippedBy(skipped, { file: task.file.name, title: task.name });
    if (entry !== undefined) skip(`${entry.reason}: ${entry.detail}`);
  });
}
