/**
 * `npm run cost [-- --json FILE] [--compare BASE.json] [--from FILE] [--write]`: runs the app as it is synthesized for production on a
 * local cloud, counts what AWS would bill for each scenario, and prices it. Prints the tables of docs/cost.md; exits with 1 when a
 * bar of the design is broken.
 *
 * `--json` writes the measurement, `--compare` prints what changed since such a file as Markdown (and nothing else), `--from` takes
 * a measurement instead of making one, `--write` makes docs/cost.md, docs/limits.md and cost/measured.json anew.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orEnd, readArguments, UsageError } from '../lib/client/command-line.ts';
import { spawnCloud } from '../lib/local/spawn.ts';
import { comparison } from './compare.ts';
import { DOCUMENTS, formatted, MEASURED_FILE } from './documents.ts';
import { Measured } from './measured.ts';
import { prepareAssemblies, STAGE } from './prepare.ts';
import { broken, costDocument } from './report.ts';
import { measure } from './scenarios.ts';
import { readStage } from './stage.ts';

const USAGE = 'Usage: npm run cost [-- --json FILE] [--compare BASE.json] [--from FILE] [--write]';

const { values } = orEnd(() =>
  readArguments(USAGE, {
    options: {
      json: { type: 'string' },
      compare: { type: 'string' },
      from: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  }),
);

/** @throws UsageError when the file holds no measurement */
const readMeasured = (option: string, file: string): Measured => {
  try {
    return Measured.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new UsageError(
      `--${option} ${file}: holds no measurement that this version can read. Make one: npm run cost -- --json FILE\n${USAGE}`,
      { cause },
    );
  }
};

const measureAnew = async (): Promise<Measured> => {
  const directory = mkdtempSync(join(tmpdir(), 'cartwright-cost-'));
  try {
    const { app, measured } = await prepareAssemblies(directory);
    const cloud = await spawnCloud({
      stateDir: join(directory, 'state'),
      args: ['--assembly', measured, '--concurrency', 'one', '--synchronous', 'NORMAL'],
    });
    try {
      const counted = await measure(cloud, readStage(app), STAGE, (what) => console.error(what));
      return { at: new Date().toISOString().slice(0, 10), ...counted };
    } finally {
      await cloud.stop();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

const base = orEnd(() => (values.compare === undefined ? undefined : readMeasured('compare', values.compare)));
const given = orEnd(() => (values.from === undefined ? undefined : readMeasured('from', values.from)));
const measured = given ?? (await measureAnew());
if (values.json !== undefined) writeFileSync(values.json, await formatted(measured));
if (values.write) {
  writeFileSync(MEASURED_FILE, await formatted(measured));
  for (const { file, text } of DOCUMENTS) writeFileSync(file, await text(measured));
}
console.log(base === undefined ? costDocument(measured) : comparison(base, measured));
for (const line of broken(measured)) console.error(`The bar is broken: ${line}.`);
if (broken(measured).length > 0) process.exitCode = 1;
