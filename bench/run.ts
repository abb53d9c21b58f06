/**
 * `npm run bench [-- --quick] [--only ROW] [--data DIR] [--runs N] [--synchronous NORMAL] [--profile]`: a fresh local
 * cloud with its data on disk, driven by 32 closed-loop clients from another process. Prints tables, appends one JSON line
 * per run of a row to bench/results.jsonl, and exits with 1 when a row is below its bar.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { orEnd, readArguments, readOptions, wholeNumber } from '../lib/client/command-line.ts';
import { apiClient } from '../lib/client/http.ts';
import { readOperatorKey } from '../lib/client/operator.ts';
import { type CloudProcess, spawnCloud } from '../lib/local/spawn.ts';
import { generatedCatalogue } from './catalogue.ts';
import { contention } from './contention.ts';
import { drive, type Driven } from './drive.ts';
import { functionFigures, slowInits } from './functions.ts';
import { commit, machine, record, speed } from './machine.ts';
import { processTree, totalMemoryMb } from './processes.ts';
import { createReport, median, show } from './report.ts';
import { type Row, ROWS } from './rows.ts';
import { prepareShop } from './shop.ts';
import { drained, perOrder, snapshot, useBetween } from './use.ts';
import { storageRows } from './storage-rows.ts';
import type { ShopInput } from './work.ts';

const BASKETS = 'baskets-13k.csv.gz';
const NAMES = [...new Set([...ROWS.map((row) => row.as ?? row.name), 'contention', 'baskets', 'storage'])];
const USAGE = `Usage: npm run bench [-- --quick] [--only ROW] [--data DIR] [--runs N] [--synchronous FULL|NORMAL] [--profile]
Rows: ${NAMES.join(', ')}`;
const { values } = orEnd(() =>
  readArguments(USAGE, {
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      data: { type: 'string' },
      runs: { type: 'string' },
      synchronous: { type: 'string', default: 'FULL' },
      profile: { type: 'boolean', default: false },
    },
  }),
);
const options = orEnd(() =>
  readOptions(
    USAGE,
    z.object({
      only: z.enum(NAMES, { error: 'there is no such row' }).optional(),
      data: z
        .string()
        .refine((folder) => existsSync(join(folder, BASKETS)), { error: `there is no ${BASKETS} in it` })
        .optional(),
      runs: wholeNumber(1),
      synchronous: z.enum(['FULL', 'NORMAL'], { error: 'FULL or NORMAL is needed' }),
    }),
    { ...values, runs: values.runs ?? (values.quick ? '1' : '3') },
  ),
);
const [warmUpSeconds, seconds] = values.quick ? [5, 10] : [10, 60];
const { runs } = options;
const CLIENTS = 32;
const report = createReport();
const speeds: number[] = [];
const notes: string[] = [];

const measure = async (cloud: CloudProcess, row: Row, shop: ShopInput): Promise<void> => {
  const results: (Driven & { readonly drainedPerSecond: number })[] = [];
  const costs: Readonly<Record<string, number>>[] = [];
  for (let run = 0; run < runs; run += 1) {
    speeds.push(speed());
    const before = await snapshot(cloud);
    const load = { url: cloud.apiUrl, row: row.name, clients: row.clients ?? CLIENTS, warmUpSeconds, seconds, shop };
    const result = await drive(load);
    const drainSeconds = await drained(cloud);
    const use = useBetween(before, await snapshot(cloud));
    const drainedPerSecond = result.done / (result.wholeSeconds + drainSeconds);
    record(row.name, {
      quick: values.quick,
      synchronous: values.synchronous,
      run,
      machineSpeed: speeds.at(-1),
      ...result,
      drainSeconds,
      drainedPerSecond,
      ...use,
    });
    for (const [failure, count] of Object.entries(result.failures))
      console.error(`${row.label}: ${count} x ${failure}`);
    results.push({ ...result, drainedPerSecond });
    if (row.sells === true) costs.push(perOrder(use, result.driverCpuSeconds));
  }
  const rates = results.map((result) => result.perSecond);
  const rate = median(rates);
  if (row.bar !== undefined && rate < row.bar)
    report.below(`${row.label}: ${show(rate)} per second, the bar is ${row.bar}`);
  const p50 = median(results.map((result) => result.p50 ?? Number.NaN));
  if (row.p50Bar !== undefined && !(p50 < row.p50Bar))
    report.below(`${row.label}: p50 ${show(p50)} ms, the bar is ${row.p50Bar}`);
  report.row(
    row.label,
    show(rate),
    `${show(Math.min(...rates))} to ${show(Math.max(...rates))}`,
    show(p50),
    show(median(results.map((result) => result.p95 ?? Number.NaN))),
    row.bar ?? (row.p50Bar === undefined ? '' : `p50 ${row.p50Bar} ms`),
    row.aim === undefined ? '' : rate >= row.aim ? 'reached' : `${Math.round((rate / row.aim) * 100)} %`,
    row.peers ?? '',
  );
  if (row.sells !== true) return;
  report.row(`  with every event drained`, show(median(results.map((result) => result.drainedPerSecond))));
  const names = Object.keys(costs[0] ?? {});
  notes.push(
    report.figures(
      `One order of "${row.label}", on average`,
      ['', 'per order'],
      names.map((name) => [name, show(median(costs.map((cost) => cost[name] ?? Number.NaN)))]),
    ),
  );
};

const readBaskets = (dir: string): string[][] =>
  gunzipSync(readFileSync(join(dir, BASKETS)))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(','));

const main = async (cloud: CloudProcess): Promise<void> => {
  const wanted = (name: string): boolean => values.only === undefined || values.only === name;
  const api = apiClient(cloud.apiUrl);
  const operatorKey = await readOperatorKey({ stage: 'dev', endpoint: cloud.awsUrl });
  const { input, shop } = await prepareShop(api, operatorKey, generatedCatalogue(1020, 1_000_000), 'bench');
  await drained(cloud);
  for (const row of ROWS.filter((candidate) => wanted(candidate.as ?? candidate.name)))
    await measure(cloud, row, input);
  if (wanted('contention')) {
    speeds.push(speed());
    const outcome = await contention(api, shop, input);
    record('contention', { quick: values.quick, machineSpeed: speeds.at(-1), ...outcome });
    const right = outcome.confirmed === 50 && outcome.outOfStock === 150;
    if (!right)
      report.below(`contention: ${outcome.confirmed} orders and ${outcome.outOfStock} clear refusals of a stock of 50`);
    if (outcome.seconds >= 3) report.below(`contention: ${outcome.seconds.toFixed(2)} s, the bar is 3`);
    report.row(
      '200 for a stock of 50',
      `${outcome.confirmed} orders`,
      `${outcome.outOfStock} refused`,
      `${outcome.seconds.toFixed(2)} s`,
      '',
      '50 in 3 s',
      '',
      'Vendure 200 sold; Medusa 45 to 50 in 100 s',
    );
  }
  const data = options.data ?? process.env['CARTWRIGHT_DATA'];
  if (wanted('baskets')) {
    if (data === undefined || !existsSync(join(data, BASKETS))) {
      notes.push(
        'Replay of real baskets: left out, no data folder was given (--data DIR with baskets-13k.csv.gz and catalogue-10k.csv.gz).',
      );
    } else {
      const catalogue = gunzipSync(readFileSync(join(data, 'catalogue-10k.csv.gz')));
      const real = await prepareShop(api, operatorKey, catalogue, 'baskets', readBaskets(data));
      await drained(cloud);
      await measure(cloud, { name: 'baskets', label: 'real baskets on 10,000 products', sells: true }, real.input);
    }
  }
  api.close();
};

const bundles = async (): Promise<void> => {
  const figures = await functionFigures('cdk.out');
  record('functions', {
    functions: Object.fromEntries(
      figures.map(({ name, kilobytes, compressedKilobytes, initMs }) => [
        name,
        [kilobytes, compressedKilobytes, initMs].map(Math.round),
      ]),
    ),
  });
  for (const line of slowInits(figures)) report.below(line);
  const shown = [...figures.slice(0, 5), ...[...figures].sort((a, b) => b.initMs - a.initMs).slice(0, 5)];
  notes.push(
    report.figures(
      `The largest and the slowest to load of ${figures.length} functions (all of them are in results.jsonl)`,
      ['function', 'kB', 'kB compressed', 'init ms'],
      [...new Set(shown)].map(({ name, kilobytes, compressedKilobytes, initMs }) => [
        name,
        show(kilobytes),
        show(compressedKilobytes),
        show(initMs),
      ]),
    ),
  );
};

const stateDir = mkdtempSync(join(tmpdir(), 'cartwright-bench-'));
const started = performance.now();
const cloud = await spawnCloud({
  stateDir,
  env: { CARTWRIGHT_LOG_LEVEL: 'error' },
  args: ['--synchronous', values.synchronous, ...(values.profile ? ['--profile'] : [])],
});
const startSeconds = (performance.now() - started) / 1000;
const idleMb = totalMemoryMb(processTree(cloud.pid));
record('start', { startSeconds, idleMb });
report.row(
  'start to first answer',
  `${startSeconds.toFixed(1)} s`,
  '',
  '',
  '',
  '3 s',
  '',
  'Vendure 2 to 3 s, Medusa 3 to 4 s',
);
report.row(
  'idle memory',
  `${Math.round(idleMb)} MB`,
  '',
  '',
  '',
  '300 MB',
  '',
  'Vendure 526 MB, Medusa 802 MB, without PostgreSQL',
);
if (idleMb > 300) report.below(`idle memory: ${Math.round(idleMb)} MB, the bar is 300`);
if (startSeconds > 3) report.below(`start: ${startSeconds.toFixed(1)} s, the bar is 3`);
try {
  try {
    if (values.only !== 'storage') await main(cloud);
  } finally {
    await cloud.stop();
  }
  // Beside the cloud, not in it: they have the machine for themselves.
  if (values.only === undefined || values.only === 'storage')
    await storageRows({ report, runs, quick: values.quick, directory: stateDir });
} finally {
  rmSync(stateDir, { recursive: true, force: true });
}
if (values.profile) console.log(cloud.tail());
if (values.only === undefined) await bundles();
console.log(
  `${machine}; commit ${commit}; ${CLIENTS} clients, ${warmUpSeconds} s warm-up, ${seconds} s measured, ${runs} run(s); ` +
    `data on disk, synchronous=${values.synchronous}; several invocations at once in an environment; ` +
    (speeds.length === 0
      ? 'machine speed not measured'
      : `machine speed ${Math.min(...speeds)} to ${Math.max(...speeds)} JSON round trips/ms`),
);
console.log(report.rows());
for (const note of notes) console.log(`\n${note}`);
for (const line of report.broken) console.error(`Below the bar: ${line}`);
if (report.broken.length > 0) process.exitCode = 1;
