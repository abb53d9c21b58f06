/**
 * `npm run bench [-- --quick] [--only ROW] [--data DIR] [--profile]`: a fresh local cloud with its data on disk, driven by
 * 32 closed-loop clients from another process. Prints a table, appends one JSON line per row to bench/results.jsonl, and
 * exits with 1 when a row is below its bar.
 */
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import Table from 'cli-table3';
import * as z from 'zod';
import { apiClient } from '../lib/client/http.ts';
import { readOperatorKey } from '../lib/client/operator.ts';
import { type CloudProcess, spawnCloud } from '../lib/local/spawn.ts';
import { generatedCatalogue } from './catalogue.ts';
import { contention } from './contention.ts';
import { processTree, totalMemoryMb } from './processes.ts';
import { type Row, ROWS } from './rows.ts';
import { prepareShop } from './shop.ts';
import type { ShopInput } from './work.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    data: { type: 'string' },
    profile: { type: 'boolean', default: false },
    runs: { type: 'string' },
  },
});
const [warmUpSeconds, seconds] = values.quick ? [5, 10] : [10, 60];
const runs = z.coerce.number().int().min(1).parse(values.runs ?? (values.quick ? '1' : '3'));
const CLIENTS = 32;

const Driven = z.object({
  perSecond: z.number(),
  count: z.number(),
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
  failures: z.record(z.string(), z.number()),
  driverCpuSeconds: z.number(),
});
type Driven = z.output<typeof Driven>;

const drive = (url: string, row: string, clients: number, shop: ShopInput): Promise<Driven> => {
  const input = JSON.stringify({ url, row, clients, warmUpSeconds, seconds, shop });
  const child = spawn(process.execPath, [fileURLToPath(new URL('driver.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(input);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0
        ? resolve(Driven.parse(JSON.parse(text)))
        : reject(new Error(`The driver of ${row} ended with code ${code}`)),
    );
  });
};

const Meter = z.record(z.string(), z.number());
const meterOf = async (cloud: CloudProcess): Promise<Record<string, number>> =>
  Meter.parse(await (await fetch(`${cloud.awsUrl}/_local/meter`)).json());

const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
const record = (row: string, figures: Readonly<Record<string, unknown>>): void => {
  const line = { at: new Date().toISOString(), commit, machine, quick: values.quick, row, ...figures };
  appendFileSync(fileURLToPath(new URL('results.jsonl', import.meta.url)), `${JSON.stringify(line)}\n`);
};

const table = new Table({
  head: ['row', 'per second', 'spread', 'p50 ms', 'p95 ms', 'bar', 'to the aim', 'peers'],
  style: { head: [], border: [] },
});
const broken: string[] = [];
const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
const show = (value: number | null): string =>
  value === null || Number.isNaN(value) ? '-' : value < 10 ? value.toFixed(1) : String(Math.round(value));

const measure = async (cloud: CloudProcess, row: Row, shop: ShopInput): Promise<void> => {
  const results: Driven[] = [];
  for (let run = 0; run < runs; run += 1) {
    const before = { meter: await meterOf(cloud), processes: processTree(cloud.pid) };
    const result = await drive(cloud.apiUrl, row.name, row.clients ?? CLIENTS, shop);
    const after = { meter: await meterOf(cloud), processes: processTree(cloud.pid) };
    const cpu = after.processes.map((use) => ({
      name: use.name,
      seconds: use.cpuSeconds - (before.processes.find((other) => other.pid === use.pid)?.cpuSeconds ?? 0),
    }));
    const counted = Object.fromEntries(
      Object.entries(after.meter).map(([name, count]) => [name, count - (before.meter[name] ?? 0)]),
    );
    record(row.name, { run, ...result, cpu, counted });
    for (const [failure, count] of Object.entries(result.failures))
      console.error(`${row.label}: ${count} x ${failure}`);
    results.push(result);
  }
  const rates = results.map((result) => result.perSecond);
  const rate = median(rates);
  if (row.bar !== undefined && rate < row.bar)
    broken.push(`${row.label}: ${show(rate)} per second is below the bar of ${row.bar}`);
  table.push([
    row.label,
    show(rate),
    `${show(Math.min(...rates))} to ${show(Math.max(...rates))}`,
    show(median(results.map((result) => result.p50 ?? Number.NaN))),
    show(median(results.map((result) => result.p95 ?? Number.NaN))),
    row.bar ?? '',
    row.aim === undefined ? '' : rate >= row.aim ? 'reached' : `${Math.round((rate / row.aim) * 100)} %`,
    row.peers ?? '',
  ]);
};

const readBaskets = (dir: string): string[][] =>
  gunzipSync(readFileSync(join(dir, 'baskets-13k.csv.gz')))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(','));

const main = async (cloud: CloudProcess): Promise<void> => {
  const wanted = (name: string): boolean => values.only === undefined || values.only === name;
  const api = apiClient(cloud.apiUrl);
  const operatorKey = await readOperatorKey({ stage: 'dev', endpoint: cloud.awsUrl });
  const { input, shop } = await prepareShop(api, operatorKey, generatedCatalogue(1020, 1_000_000), 'bench');
  for (const row of ROWS.filter(({ name }) => wanted(name))) await measure(cloud, row, input);
  if (wanted('sequence'))
    await measure(
      cloud,
      {
        name: 'checkout',
        label: "one client's whole sequence",
        clients: 1,
        peers: 'p50: Vendure 156 ms, Medusa 778 ms',
      },
      input,
    );
  if (wanted('contention')) {
    const outcome = await contention(api, shop, input);
    record('contention', outcome);
    const right = outcome.confirmed === 50 && outcome.outOfStock === 150;
    if (!right)
      broken.push(`contention: ${outcome.confirmed} orders and ${outcome.outOfStock} clear refusals of a stock of 50`);
    if (outcome.seconds >= 3) broken.push(`contention: ${outcome.seconds.toFixed(2)} s, the bar is 3`);
    table.push([
      '200 for a stock of 50',
      `${outcome.confirmed} orders`,
      `${outcome.outOfStock} refused`,
      `${outcome.seconds.toFixed(2)} s`,
      '',
      '50 in 3 s',
      '',
      'Vendure 200 sold; Medusa 45 to 50 in 100 s',
    ]);
  }
  const data = values.data ?? process.env['CARTWRIGHT_DATA'];
  if (wanted('baskets')) {
    if (data === undefined || !existsSync(join(data, 'baskets-13k.csv.gz'))) {
      console.error(
        'Replay of baskets: left out, no data folder was given (--data DIR with baskets-13k.csv.gz and catalogue-10k.csv.gz).',
      );
    } else {
      const real = await prepareShop(
        api,
        operatorKey,
        gunzipSync(readFileSync(join(data, 'catalogue-10k.csv.gz'))),
        'baskets',
        readBaskets(data),
      );
      await measure(cloud, { name: 'baskets', label: 'real baskets on 10,000 products' }, real.input);
    }
  }
  api.close();
};

const stateDir = mkdtempSync(join(tmpdir(), 'cartwright-bench-'));
const started = performance.now();
const cloud = await spawnCloud({
  stateDir,
  env: { CARTWRIGHT_LOG_LEVEL: 'error' },
  args: values.profile ? ['--profile'] : [],
});
const startSeconds = (performance.now() - started) / 1000;
const idleMb = totalMemoryMb(processTree(cloud.pid));
record('start', { startSeconds, idleMb });
table.push([
  'start to first answer',
  `${startSeconds.toFixed(1)} s`,
  '',
  '',
  '',
  '3 s',
  '',
  'Vendure 2 to 3 s, Medusa 3 to 4 s',
]);
table.push([
  'idle memory',
  `${Math.round(idleMb)} MB`,
  '',
  '',
  '',
  '300 MB',
  '',
  'Vendure 526 MB, Medusa 802 MB, without PostgreSQL',
]);
if (idleMb > 300) broken.push(`idle memory: ${Math.round(idleMb)} MB, the bar is 300`);
if (startSeconds > 3) broken.push(`start: ${startSeconds.toFixed(1)} s, the bar is 3`);
try {
  await main(cloud);
} finally {
  await cloud.stop();
  rmSync(stateDir, { recursive: true, force: true });
}
console.log(
  `${machine}; commit ${commit}; ${CLIENTS} clients, ${warmUpSeconds} s warm-up, ${seconds} s measured, ${runs} run(s); data on disk with fsync`,
);
console.log(table.toString());
for (const line of broken) console.error(`Below the bar: ${line}`);
if (broken.length > 0) process.exitCode = 1;
