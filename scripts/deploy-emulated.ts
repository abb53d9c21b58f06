/**
 * Deploys the app with the real CDK CLI to an emulator of AWS that others wrote (ministack), and runs the end-to-end suite
 * there: `npm run deploy:emulated [-- --seed N] [--quick]`. It deploys all stacks in three random orders, adds a domain
 * when there are tenants already, updates one domain alone, runs the whole suite (not with `--quick`), and destroys
 * everything; then, with IAM evaluated, it takes one permission away, which the tests must notice. It prints a table, what
 * was adapted to the emulator, and which tests cannot say anything there.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { orEnd, readArguments, readOptions, wholeNumber } from '../lib/client/command-line.ts';
import { findings, report } from './emulated/report.ts';
import { deployInOrders, withdrawPermission } from './emulated/sequences.ts';
import type { EmulatedRun } from './emulated/steps.ts';
import { run as runCommand } from './oracles/commands.ts';
import { install } from './oracles/install.ts';
import { ministack } from './oracles/oracles.ts';

const USAGE = 'Usage: npm run deploy:emulated [-- --seed N] [--quick]';
const INSTALL_MS = 180_000;

const { values } = orEnd(() =>
  readArguments(USAGE, { options: { seed: { type: 'string' }, quick: { type: 'boolean', default: false } } }),
);
const { seed = Math.floor(Math.random() * 2 ** 31) } = orEnd(() =>
  readOptions(USAGE, z.object({ seed: wholeNumber(0).optional() }), values),
);

const ended = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());

const found = await install(ministack, AbortSignal.any([ended.signal, AbortSignal.timeout(INSTALL_MS)]));
if ('notRun' in found) {
  console.error(`ministack cannot be had on this machine: ${found.notRun}.`);
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'cartwright-emulated-'));
const run: EmulatedRun = {
  installed: found.folder,
  folder,
  seed,
  quick: values.quick,
  signal: ended.signal,
  rows: [],
  adapted: [],
};
console.log(`Seed ${seed}: --seed ${seed} repeats the orders and the choices.`);
const started = performance.now();
let problem: string | undefined;
try {
  await deployInOrders(run);
  await withdrawPermission(run);
} catch (error) {
  problem = error instanceof Error ? error.message : String(error);
}
const against = [...(problem === undefined ? [] : [problem]), ...findings(run)];
const { output: cli } = await runCommand({ command: ['cdk', '--version'] });
console.log(`\n${report(run, cli.trim())}`);
console.log(`\n${((performance.now() - started) / 60_000).toFixed(1)} minutes, seed ${seed}`);
if (against.length === 0) {
  rmSync(folder, { recursive: true, force: true });
} else {
  console.error(
    `\nNot as it should be:\n  ${against.join('\n  ')}\n\nThe emulator's logs and the templates are in ${folder}`,
  );
  process.exitCode = 1;
}
