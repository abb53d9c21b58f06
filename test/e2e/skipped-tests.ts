import { readFileSync } from 'node:fs';
import * as z from 'zod';

/** Why a test cannot say anything on an emulator. */
export const REASONS = ['type missing', 'property ignored', 'names of errors lost'] as const;

/** Tests of the suite that are left out where the emulator lacks what they are about. */
export const SkippedTests = z.array(
  z.strictObject({
    /** `tenants` of `test/e2e/tenants.e2e.test.ts`. */
    file: z.string(),
    /** Its title, as it is written in the file: with `%s` where it is written for several cases. */
    test: z.string(),
    reason: z.enum(REASONS),
    /** The type, property or error, and what the emulator does instead. */
    detail: z.string().min(20),
  }),
);
export type SkippedTests = z.output<typeof SkippedTests>;

/** The list for ministack. */
export const SKIPPED_ON_EMULATOR = 'test/e2e/skipped-on-emulator.json';

export const readSkipped = (path: string): SkippedTests => SkippedTests.parse(JSON.parse(readFileSync(path, 'utf8')));

/** The titles that a title in the sources stands for, when vitest has put the cases in. */
const titles = (title: string): RegExp =>
  new RegExp(
    `^${title
      .split(/%[sdifjo]/)
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    's',
  );

/** The entry that a test is left out by. */
export const skippedBy = (
  skipped: SkippedTests,
  { file, title }: { readonly file: string; readonly title: string },
): SkippedTests[number] | undefined =>
  skipped.find((entry) => file.endsWith(`test/e2e/${entry.file}.e2e.test.ts`) && titles(entry.test).test(title));
