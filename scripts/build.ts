import { build, type Metafile } from 'esbuild';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { outdated, readRecord, writeRecord } from './build-record.ts';
import { BUNDLES, bundleOf, bundleOptions, lambdaEntries } from './bundle.ts';

/**
 * `npm run build`: builds every function that has changed since the last build and prints what each weighs. `--quiet`
 * prints the sum only, `--all` builds all anew.
 */
const { values: options } = parseArgs({
  options: {
    quiet: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
  },
});
const RECORD = `${BUNDLES}/build.json`;

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0).padStart(6)} kB`;

const report = (entries: Iterable<string>, built: number, milliseconds: number): void => {
  const sizes = [...entries]
    .map((entry) => ({ entry, bytes: statSync(bundleOf(entry)).size }))
    .sort((one, other) => other.bytes - one.bytes);
  if (!options.quiet) for (const { entry, bytes } of sizes) console.log(`${kilobytes(bytes)}  ${entry}`);
  const sum = sizes.reduce((total, { bytes }) => total + bytes, 0);
  console.log(`${kilobytes(sum)}  ${sizes.length} functions, ${built} built in ${Math.round(milliseconds)} ms`);
};

/** Removes the bundles of functions that are gone: the directory says what is deployed. */
const removeStale = (entries: ReadonlyMap<string, string>): void => {
  const domains = new Set([...entries.keys()].map((entry) => entry.split('/')[0] ?? ''));
  for (const domain of domains) {
    if (!existsSync(`${BUNDLES}/${domain}`)) continue;
    for (const name of readdirSync(`${BUNDLES}/${domain}`)) {
      if (!entries.has(`${domain}/${name}`)) rmSync(`${BUNDLES}/${domain}/${name}`, { recursive: true });
    }
  }
};

/** Entry to source files, of what esbuild has built. */
const inputsOf = ({ outputs }: Metafile): ReadonlyMap<string, readonly string[]> =>
  new Map(
    Object.entries(outputs)
      .filter(([file]) => file.endsWith('.mjs'))
      .map(([file, { inputs }]) => [file.slice(BUNDLES.length + 1, -'/index.mjs'.length), Object.keys(inputs)]),
  );

const buildOnce = async (entries: ReadonlyMap<string, string>): Promise<void> => {
  const started = performance.now();
  removeStale(entries);
  const record = readRecord(RECORD);
  const due = options.all ? new Set(entries.keys()) : outdated(record, entries.keys(), bundleOf);
  if (due.size > 0) {
    const { metafile } = await build(bundleOptions(new Map([...entries].filter(([entry]) => due.has(entry)))));
    writeRecord(RECORD, record, inputsOf(metafile), entries.keys());
  }
  report(entries.keys(), due.size, performance.now() - started);
};

await buildOnce(lambdaEntries());
