/**
 * Runs the contract suites of the local cloud against independent implementations of the same services: installs each
 * into a cache, starts it on 127.0.0.1, runs its suites, stops it, and prints a table with the differences that are
 * listed. What cannot be had on this machine is reported as not run, with what is missing; a failing case fails the
 * command. `npm run oracles [-- NAME ...] [--report FILE]`; the file takes the counts of all suites.
 */
import { writeFileSync } from 'node:fs';
import Table from 'cli-table3';
import { orEnd, readArguments } from '../lib/client/command-line.ts';
import { exercised, type Exercised } from './oracles/exercised.ts';
import { install } from './oracles/install.ts';
import { oracles } from './oracles/oracles.ts';

/** For all installations together. */
const INSTALL_MS = 180_000;

const { values, positionals } = orEnd(() =>
  readArguments('Usage: npm run oracles [-- NAME ...] [--report FILE]', {
    allowPositionals: true,
    options: { report: { type: 'string' } },
  }),
);
const unknown = positionals.filter((name) => !oracles.some((oracle) => oracle.name === name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}. There are: ${oracles.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
const chosen = positionals.length === 0 ? oracles : oracles.filter(({ name }) => positionals.includes(name));

const ended = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());

const inTime = AbortSignal.any([ended.signal, AbortSignal.timeout(INSTALL_MS)]);
const installed = await Promise.all(chosen.map(async (oracle) => ({ oracle, found: await install(oracle, inTime) })));

const table = new Table({
  head: ['oracle', 'of', 'version', 'passed', 'failed', 'differences', 'seconds'],
  style: { head: [], border: [] },
  colAligns: ['left', 'left', 'left', 'right', 'right', 'right', 'right'],
});
const differences: string[] = [];
const notRun: string[] = [];
let passed = 0;
let failed = 0;
for (const { oracle, found } of installed) {
  if (ended.signal.aborted) break;
  const started = performance.now();
  const result: Exercised = 'notRun' in found ? found : await exercised(oracle, found.folder, ended.signal);
  const row = [oracle.name, oracle.services, oracle.version];
  if ('notRun' in result) {
    table.push([...row, { colSpan: 4, content: 'not run' }]);
    notRun.push(`${oracle.name}: ${result.notRun}`);
    continue;
  }
  passed += result.passed;
  failed += result.failed;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  table.push([...row, result.passed - result.differing, result.failed, result.differing, seconds]);
  differences.push(...result.differences.map((difference) => `${oracle.name}: ${difference}`));
}

console.log(`\n${table.toString()}`);
if (notRun.length > 0) console.log(`\nNot run:\n  ${notRun.join('\n  ')}`);
if (differences.length > 0) console.log(`\nListed differences, each seen again:\n  ${differences.join('\n  ')}`);
if (ended.signal.aborted) console.log('\nEnded before all oracles had run.');
const { report } = values;
if (report !== undefined) writeFileSync(report, JSON.stringify({ numPassedTests: passed, numFailedTests: failed }));
process.exitCode = failed === 0 && !ended.signal.aborted ? 0 : 1;
