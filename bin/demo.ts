/**
 * The main job over the public API, checked from its answers: two shops are onboarded, import a catalogue and sell.
 *
 * `npm run demo -- storage` instead: two shops upload to storage nodes of this machine, one of which fills, is emptied under
 * their load and is retired, with a chart.
 *
 * `npm run demo [-- --csv FILE] [--url URL]`. Without a URL a local cloud is started for it and ended afterwards. With one,
 * the operator key is read from CARTWRIGHT_OPERATOR_KEY (print it with `npm run operator -- key`).
 * Exits with 1 when a promise is broken.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import Table from 'cli-table3';
import { Listr, type ListrTask } from 'listr2';
import * as z from 'zod';
import { httpUrl, orEnd, readArguments, readOptions, UsageError } from '../lib/client/command-line.ts';
import { type ApiClient, apiClient } from '../lib/client/http.ts';
import { checkWalls, sellFrom } from '../lib/client/first-sale.ts';
import { readOperatorKey } from '../lib/client/operator.ts';
import { promises } from '../lib/client/promises.ts';
import { productsAreQuotable } from '../lib/client/quotable.ts';
import type { Placed } from '../lib/client/sale.ts';
import { importCatalogue, onboardShop, setUpRules, type Shop, type ShopPlan } from '../lib/client/shop.ts';
import { until } from '../lib/client/until.ts';
import { spawnCloud } from '../lib/local/spawn.ts';
import { showStorage } from '../prove/storage/story.ts';

const USAGE = `Usage: npm run demo [-- --csv FILE] [--url URL]
       npm run demo -- storage`;
const { values, positionals } = orEnd(() =>
  readArguments(USAGE, { allowPositionals: true, options: { csv: { type: 'string' }, url: { type: 'string' } } }),
);
const [what] = orEnd(() => {
  if (positionals.length > 1 || (positionals[0] ?? 'storage') !== 'storage') throw new UsageError(USAGE);
  return positionals;
});
orEnd(() => readOptions(USAGE, z.object({ url: httpUrl().optional() }), values));

const readCsv = (file: string): Buffer => {
  try {
    const bytes = readFileSync(file);
    return file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`The product CSV ${file} cannot be read: ${reason}\n${USAGE}`, { cause });
  }
};
const csv = orEnd(() => readCsv(values.csv ?? fileURLToPath(new URL('../samples/catalogue.csv', import.meta.url))));

/** Slugs are unique in a deployment, and the demo may run against one that it ran against before. */
const run = Date.now().toString(36);
const PLANS: readonly ShopPlan[] = [
  {
    name: 'Alder Goods',
    slug: `alder-${run}`,
    ownerEmail: `owner-a-${run}@example.com`,
    country: 'DE',
    currencies: ['EUR', 'USD'],
    locales: ['en', 'de'],
    timeZone: 'Europe/Berlin',
  },
  {
    name: 'Birch Supply',
    slug: `birch-${run}`,
    ownerEmail: `owner-b-${run}@example.com`,
    country: 'US',
    currencies: ['USD'],
    locales: ['en'],
    timeZone: 'America/New_York',
  },
];
const RULES = [
  { taxRatePpm: 190_000, shipping: { name: 'Parcel', amounts: { EUR: 490, USD: 590 } } },
  { taxRatePpm: 0, shipping: { name: 'Ground', amounts: { USD: 690 } } },
] as const;

const found = promises();

const shops: Shop[] = [];
const orders: Placed[] = [];

const saleOf = (api: ApiClient, operatorKey: string, plan: ShopPlan, index: number): ListrTask[] => [
  {
    title: `${plan.name}: onboard`,
    task: async (_context, task) => {
      const shop = await onboardShop(api, operatorKey, plan, (message) => (task.output = message));
      shops[index] = shop;
      const rules = RULES[index];
      if (rules !== undefined) await setUpRules(api, shop, rules);
    },
  },
  {
    title: `${plan.name}: import the catalogue`,
    task: async (_context, task) => {
      const shop = shopAt(index);
      const started = performance.now();
      const ended = await importCatalogue(api, shop, csv, {
        timeoutMs: 300_000,
        progress: (state) => (task.output = `${state.status}: ${state.progress?.rows ?? 0} rows`),
      });
      found.equal(`${shop.name}: the import is completed`, ended.status, 'completed');
      if (ended.status !== 'completed')
        throw new Error(`The import ended as ${ended.status}: is ${values.csv ?? 'the sample'} a Shopify product CSV?`);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      task.title = `${plan.name}: import the catalogue (${ended.progress?.rows ?? 0} rows in ${seconds} s)`;
      task.output = 'waiting for its prices to reach the quotes';
      await until(`the prices of ${shop.name}`, () => productsAreQuotable(api, shop), {
        timeoutMs: 120_000,
        everyMs: 200,
      });
    },
  },
  {
    title: `${plan.name}: browse, cart, checkout, history, stock, refusals`,
    task: async () => {
      orders[index] = await sellFrom(api, shopAt(index), found);
    },
  },
];

const main = async (api: ApiClient, operatorKey: string): Promise<void> => {
  await new Listr([
    ...PLANS.flatMap((plan, index) => saleOf(api, operatorKey, plan, index)),
    {
      title: 'walls between the shops',
      task: async () => {
        const order = orders[0];
        if (order !== undefined) await checkWalls(api, shopAt(0), shopAt(1), order, found);
      },
    },
  ]).run();
};

const shopAt = (index: number): Shop => {
  const shop = shops[index];
  if (shop === undefined) throw new Error('The shop was not onboarded');
  return shop;
};

const report = (): void => {
  if (found.findings.length === 0) return;
  const broken = found.findings.filter((finding) => !finding.kept);
  const table = new Table({
    head: ['promise', 'kept'],
    style: { head: [], border: [] },
    colWidths: [100, 8],
    wordWrap: true,
  });
  const byPromise = Map.groupBy(found.findings, (finding) => finding.promise);
  for (const [promise, findings] of byPromise)
    table.push([promise, findings.every((finding) => finding.kept) ? 'yes' : 'NO']);
  console.log(table.toString());
  for (const finding of broken) console.error(`Broken: ${finding.promise}: ${finding.detail}`);
  console.log(`${found.findings.length - broken.length} of ${found.findings.length} checks passed.`);
  if (broken.length > 0) process.exitCode = 1;
};

const withCloud = async (work: (url: string, operatorKey: string) => Promise<void>): Promise<void> => {
  if (values.url !== undefined) {
    const operatorKey = process.env['CARTWRIGHT_OPERATOR_KEY'];
    if (!operatorKey)
      throw new Error('Set CARTWRIGHT_OPERATOR_KEY to the operator key (npm run operator -- key prints it).');
    await work(values.url, operatorKey);
    return;
  }
  const stateDir = mkdtempSync(join(tmpdir(), 'cartwright-demo-'));
  const cloud = await spawnCloud({ stateDir });
  try {
    await work(cloud.apiUrl, await readOperatorKey({ stage: 'dev', endpoint: cloud.awsUrl }));
  } finally {
    await cloud.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
};

const sales = (): Promise<void> =>
  withCloud(async (url, operatorKey) => {
    const api = apiClient(url);
    try {
      await main(api, operatorKey);
    } finally {
      api.close();
    }
  });

try {
  if (what !== 'storage') await sales();
  else if (!(await showStorage())) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
report();
