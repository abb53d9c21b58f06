import { build, context, type Metafile, type Plugin } from 'esbuild';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BUNDLES, bundleOptions, lambdaEntries } from './bundle.ts';

/**
 * `npm run build`: builds every function and prints what each weighs. `--quiet` prints the sum only; `--watch` goes on
 * building what changes.
 */
const { values: options } = parseArgs({
  options: { watch: { type: 'boolean', default: false }, quiet: { type: 'boolean', default: false } },
});

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0).padStart(6)} kB`;

const report = ({ outputs }: Metafile, milliseconds: number): void => {
  const sizes = Object.entries(outputs)
    .filter(([file]) => file.endsWith('.mjs'))
    .map(([file, { bytes }]) => ({ entry: file.slice(BUNDLES.length + 1, -'/index.mjs'.length), bytes }))
    .sort((one, other) => other.bytes - one.bytes);
  if (!options.quiet) for (const { entry, bytes } of sizes) console.log(`${kilobytes(bytes)}  ${entry}`);
  const sum = sizes.reduce((total, { bytes }) => total + bytes, 0);
  console.log(`${kilobytes(sum)}  ${sizes.length} functions in ${Math.round(milliseconds)} ms`);
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

const entries = lambdaEntries();
if (options.watch) {
  const announce: Plugin = {
    name: 'announce',
    setup: ({ onStart, onEnd }) => {
      let started = 0;
      onStart(() => {
        started = performance.now();
      });
      onEnd(({ errors }) => {
        const took = Math.round(performance.now() - started);
        console.log(errors.length === 0 ? `built in ${took} ms` : `${errors.length} errors; the last build stands`);
      });
    },
  };
  const base = bundleOptions(entries);
  const watching = await context({ ...base, plugins: [...base.plugins, announce] });
  await watching.watch();
} else {
  const started = performance.now();
  removeStale(entries);
  const { metafile } = await build(bundleOptions(entries));
  report(metafile, performance.now() - started);
}
