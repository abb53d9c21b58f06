/**
 * Crash proof: under checkout load the whole process group of the local cloud is killed (SIGKILL) again and again. Clients
 * append each acknowledged order id to a file and fsync it before their next request. Afterwards a checker that knows
 * only the public API looks for every acknowledged order, the stock equation, and orders that stay pending.
 */
import { closeSync, fsyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import * as z from 'zod';
import { generatedCatalogue } from '../bench/catalogue.ts';
import { prepareShop } from '../bench/shop.ts';
import { type ShopInput, workOf } from '../bench/work.ts';
import { call } from '../lib/client/expect-status.ts';
import { type ApiClient, apiClient } from '../lib/client/http.ts';
import { readOperatorKey } from '../lib/client/operator.ts';
import type { Shop } from '../lib/client/shop.ts';
import { until } from '../lib/client/until.ts';
import { type CloudProcess, spawnCloud } from '../lib/local/spawn.ts';
import { seededRandom } from '../lib/local/weather.ts';

const PRODUCTS = 20;
const PIECES = 100_000;
const CLIENTS = 8;

const Orders = z.looseObject({
  items: z.array(z.looseObject({ id: z.string(), status: z.string() })),
  next: z.string().nullable(),
});
const Order = z.looseObject({
  status: z.string(),
  lines: z.array(z.looseObject({ variantId: z.string(), quantity: z.number() })),
});
const Levels = z.looseObject({
  items: z.array(z.looseObject({ variantId: z.string(), available: z.number(), reserved: z.number() })),
});

/** Buys until it is told to stop; what fails because the cloud is gone is tried again with the next purchase. */
const shopper = async (
  api: ApiClient,
  input: ShopInput,
  acknowledge: (orderId: string) => void,
  running: () => boolean,
): Promise<void> => {
  const buy = workOf('checkout', api, input, acknowledge);
  while (running()) {
    const failure = await buy(0, 0).catch(() => 'gone');
    if (failure === 'gone') await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const listOrders = async (api: ApiClient, shop: Shop, filter: string): Promise<{ id: string; status: string }[]> => {
  const orders: { id: string; status: string }[] = [];
  let cursor = '';
  for (;;) {
    const page = await call(api, Orders, 'GET', `/v1/orders?limit=100${filter}${cursor}`, {
      credential: shop.secretKey,
    });
    orders.push(...page.items);
    if (page.next === null) return orders;
    cursor = `&cursor=${encodeURIComponent(page.next)}`;
  }
};

interface Verdict {
  readonly promise: string;
  readonly kept: boolean;
  readonly detail: string;
}

/** Everything that must hold, read back through the public API alone. */
const check = async (
  api: ApiClient,
  shop: Shop,
  input: ShopInput,
  acknowledged: readonly string[],
): Promise<Verdict[]> => {
  const pending = await until(
    'no order to be pending',
    async () => ((await listOrders(api, shop, '&status=pending')).length === 0 ? 0 : undefined),
    {
      timeoutMs: 120_000,
      everyMs: 1000,
    },
  ).catch(() => -1);
  const orders = await listOrders(api, shop, '');
  const known = new Map(orders.map((order) => [order.id, order.status]));
  const lost = acknowledged.filter((id) => known.get(id) !== 'confirmed');
  const confirmed = orders.filter((order) => order.status === 'confirmed');
  const sold = new Map<string, number>();
  for (let start = 0; start < confirmed.length; start += 32) {
    const details = await Promise.all(
      confirmed
        .slice(start, start + 32)
        .map((order) => call(api, Order, 'GET', `/v1/orders/${order.id}`, { credential: shop.secretKey })),
    );
    for (const line of details.flatMap((order) => order.lines))
      sold.set(line.variantId, (sold.get(line.variantId) ?? 0) + line.quantity);
  }
  const levels = async (): Promise<string[]> => {
    const { items } = await call(api, Levels, 'GET', `/v1/inventory/levels?variantIds=${input.variantIds.join(',')}`, {
      credential: shop.secretKey,
    });
    return items.flatMap((level) => {
      const wanted = sold.get(level.variantId) ?? 0;
      const right = level.reserved === wanted && level.available === PIECES - wanted;
      return right
        ? []
        : [`${level.variantId}: sold ${wanted}, available ${level.available}, reserved ${level.reserved}`];
    });
  };
  const off = await until('the stock to add up', async () => ((await levels()).length === 0 ? [] : undefined), {
    timeoutMs: 120_000,
    everyMs: 1000,
  }).catch(levels);
  return [
    { promise: 'no order is pending after two minutes', kept: pending === 0, detail: 'orders stayed pending' },
    {
      promise: `every acknowledged order is there and confirmed (${acknowledged.length})`,
      kept: lost.length === 0,
      detail: `lost: ${lost.slice(0, 5).join(', ')}`,
    },
    {
      promise: `per SKU: received = available + reserved, and reserved = sold (${confirmed.length} orders)`,
      kept: off.length === 0,
      detail: off.slice(0, 5).join('; '),
    },
  ];
};

/** Runs the proof; resolves true when every promise was kept. */
export const proveKill = async ({
  kills,
  seed,
}: {
  readonly kills: number;
  readonly seed: number;
}): Promise<boolean> => {
  const random = seededRandom(seed);
  const directory = mkdtempSync(join(tmpdir(), 'cartwright-kill-'));
  const stateDir = join(directory, 'state');
  const ledgerFile = join(directory, 'acknowledged');
  const ledger = openSync(ledgerFile, 'a');
  const acknowledge = (orderId: string): void => {
    writeSync(ledger, `${orderId}\n`);
    fsyncSync(ledger);
  };
  let cloud: CloudProcess = await spawnCloud({ stateDir });
  try {
    const setUp = apiClient(cloud.apiUrl);
    const operatorKey = await readOperatorKey({ stage: 'dev', endpoint: cloud.awsUrl });
    const { shop, input } = await prepareShop(setUp, operatorKey, generatedCatalogue(PRODUCTS, PIECES), 'kill');
    setUp.close();
    console.log(`seed ${seed}: ${kills} kills under ${CLIENTS} clients`);
    for (let kill = 1; kill <= kills; kill += 1) {
      const api = apiClient(cloud.apiUrl);
      let running = true;
      const load = Promise.all(Array.from({ length: CLIENTS }, () => shopper(api, input, acknowledge, () => running)));
      const wait = 1000 + Math.floor(random() * 4000);
      await new Promise((resolve) => setTimeout(resolve, wait));
      await cloud.kill();
      running = false;
      await load;
      api.close();
      const count = readFileSync(ledgerFile, 'utf8').split('\n').length - 1;
      const started = performance.now();
      cloud = await spawnCloud({ stateDir });
      console.log(
        `kill ${kill} of ${kills} after ${(wait / 1000).toFixed(1)} s: ${count} orders acknowledged so far, back in ${((performance.now() - started) / 1000).toFixed(1)} s`,
      );
    }
    const api = apiClient(cloud.apiUrl);
    const verdicts = await check(
      api,
      shop,
      input,
      readFileSync(ledgerFile, 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
    );
    api.close();
    const table = new Table({ head: ['after the kills', 'kept'], style: { head: [], border: [] } });
    for (const verdict of verdicts)
      table.push([
        verdict.kept ? verdict.promise : `${verdict.promise}: ${verdict.detail}`,
        verdict.kept ? 'yes' : 'NO',
      ]);
    console.log(table.toString());
    return verdicts.every((verdict) => verdict.kept);
  } finally {
    await cloud.stop();
    closeSync(ledger);
    rmSync(directory, { recursive: true, force: true });
  }
};
