import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import * as z from 'zod';

/**
 * What the last build was made of: for each entry its source files, for each file its time and size. A build then makes
 * only what has changed since. Packages count by the lock file, not by each of their thousands of files.
 */
const BuildRecord = z.object({
  entries: z.record(z.string(), z.array(z.string())),
  files: z.record(z.string(), z.string()),
});
export type BuildRecord = z.output<typeof BuildRecord>;

/** Changing one of these changes every bundle. */
const EVERYWHERE = ['package-lock.json', 'scripts/bundle.ts'];
const NOTHING: BuildRecord = { entries: {}, files: {} };

export const readRecord = (file: string): BuildRecord => {
  if (!existsSync(file)) return NOTHING;
  return BuildRecord.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data ?? NOTHING;
};

const stampOf = (file: string): string => {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? 'gone' : `${stat.mtimeMs}:${stat.size}`;
};

/** The entries whose bundle is missing or was made of other sources. */
export const outdated = (
  record: BuildRecord,
  entries: Iterable<string>,
  bundleOf: (entry: string) => string,
): ReadonlySet<string> => {
  const stamps = new Map<string, boolean>();
  const same = (file: string): boolean => {
    const known = stamps.get(file) ?? record.files[file] === stampOf(file);
    stamps.set(file, known);
    return known;
  };
  return new Set(
    [...entries].filter((entry) => {
      const inputs = record.entries[entry];
      return inputs === undefined || !existsSync(bundleOf(entry)) || ![...EVERYWHERE, ...inputs].every(same);
    }),
  );
};

/** Remembers what was built, beside what an earlier build left as it was; `entries` are all that there are now. */
export const writeRecord = (
  file: string,
  record: BuildRecord,
  built: ReadonlyMap<string, readonly string[]>,
  entries: Iterable<string>,
): void => {
  const inputs: Record<string, string[]> = {};
  for (const entry of entries) {
    const own = built.get(entry)?.filter((path) => !path.includes('node_modules/') && existsSync(path));
    inputs[entry] = [...(own ?? record.entries[entry] ?? [])];
  }
  const files = [...new Set([...EVERYWHERE, ...Object.values(inputs).flat()])];
  const stamps = Object.fromEntries(files.map((path) => [path, stampOf(path)]));
  writeFileSync(file, JSON.stringify({ entries: inputs, files: stamps } satisfies BuildRecord));
};
