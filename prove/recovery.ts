/**
 * docs/recovery.md, rehearsed on a local cloud: events are told again, read models are lost and rebuilt, a table is damaged
 * and restored. After each step what is stored is compared with what was there before.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Table from 'cli-table3';
import * as z from 'zod';
import { generatedCatalogue } from '../bench/catalogue.ts';
import { prepareShop } from '../bench/shop.ts';
import { workOf } from '../bench/work.ts';
import { PUBLISHERS } from '../bin/publishers.ts';
import { settled } from '../cost/cloud.ts';
import { call } from '../lib/client/expect-status.ts';
import { type ApiClient, apiClient } from '../lib/client/http.ts';
import { readOperatorKey } from '../lib/client/operator.ts';
import { type CloudProcess, spawnCloud } from '../lib/local/spawn.ts';
import { stackName } from '../lib/names.ts';
import { itemDifferences, type RawTables, rawTables, type StoredItem } from './raw-tables.ts';
import { withRestoredTable } from './restored-assembly.ts';

const STAGE = 'dev';
const PRODUCTS = 10;
const PIECES = 1000;
const ORDERS = 6;
const DOMAINS = [...Object.keys(PUBLISHERS), 'carts', 'pricing'];
const LONG_AGO = '2020-01-01T00:00:00Z';

const Payment = z.looseObject({ id: z.string(), orderId: z.string(), status: z.string(), refundedAmount: z.number() });
const Payments = z.looseObject({ items: z.array(Payment) });
const Order = z.looseObject({ id: z.string(), status: z.string(), paymentStatus: z.string() });
const Created = z.looseObject({ id: z.string() });

/** What a step compared, and what was not as it should be. */
interface Outcome {
  readonly compared: number;
  readonly differences: readonly string[];
}

/** A cloud with its clients. */
interface Site {
  readonly cloud: CloudProcess;
  readonly api: ApiClient;
  readonly tables: RawTables;
  /** The operator's command, then until every consumer has taken in what it put on the bus. */
  republish(...domains: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

const openSite = async (stateDir: string, args: readonly string[] = []): Promise<Site> => {
  const cloud = await spawnCloud({ stateDir, args });
  const api = apiClient(cloud.apiUrl);
  const tables = rawTables({ stage: STAGE, endpoint: cloud.awsUrl });
  return {
    cloud,
    api,
    tables,
    republish: async (...domains) => {
      const where = ['--since', LONG_AGO, '--stage', STAGE, '--endpoint', cloud.awsUrl];
      const named = domains.flatMap((domain) => ['--domain', domain]);
      await promisify(execFile)(process.execPath, ['bin/republish.ts', ...named, ...where]);
      await settled(cloud);
    },
    close: async () => {
      api.close();
      tables.close();
      await cloud.stop();
    },
  };
};

const partition = (item: StoredItem): string => item['pk']?.S ?? '';

/** A state of the tables of all domains. */
type Stored = ReadonlyMap<string, readonly StoredItem[]>;
const readAll = async ({ tables }: Site): Promise<Stored> =>
  new Map(await Promise.all(DOMAINS.map(async (domain) => [domain, await tables.read(domain)] as const)));

const compareAll = (before: Stored, after: Stored): Outcome => ({
  compared: [...before.values()].reduce((sum, items) => sum + items.length, 0),
  differences: DOMAINS.flatMap((domain) =>
    itemDifferences(before.get(domain) ?? [], after.get(domain) ?? []).map((line) => `${domain}: ${line}`),
  ),
});

/** Takes items of a read model away, has the owner's events told again, and compares the whole domain. */
const rebuild = async (
  site: Site,
  options: { readonly domain: string; readonly of: string; readonly lost: (item: StoredItem) => boolean },
): Promise<Outcome> => {
  const before = await site.tables.read(options.domain);
  const lost = before.filter(options.lost);
  await site.tables.remove(options.domain, lost);
  const left = await site.tables.read(options.domain);
  await site.republish(options.of);
  const differences = itemDifferences(before, await site.tables.read(options.domain));
  const gone = lost.length > 0 && left.length === before.length - lost.length;
  return { compared: lost.length, differences: gone ? differences : ['nothing was taken away', ...differences] };
};

/** Orders as they would be, had no event of a payment reached them. */
const withoutPayments = (item: StoredItem): StoredItem => {
  const events = (item['events']?.L ?? []).filter((event) => !(event.M?.['type']?.S ?? '').startsWith('Payment'));
  return {
    ...item,
    events: { L: events },
    version: { N: String(events.length) },
    paymentStatus: { S: 'authorized' },
  };
};

interface Sold {
  readonly secretKey: string;
  readonly orderIds: readonly string[];
  readonly buy: (api: ApiClient) => Promise<string>;
  /** A variant of which no stock was ever counted. */
  readonly unstocked: string;
}

const orderOf = (api: ApiClient, { secretKey: credential }: Sold, id: string) =>
  call(api, Order, 'GET', `/v1/orders/${id}`, { credential });
const ordersOf = async (api: ApiClient, sold: Sold) => {
  const orders = await Promise.all(sold.orderIds.map((id) => orderOf(api, sold, id)));
  return orders.map(({ updatedAt: _written, ...order }) => order);
};
const cancel = (api: ApiClient, { secretKey: credential }: Sold, id: string) =>
  call(api, z.unknown(), 'POST', `/v1/orders/${id}/cancel`, {
    credential,
    body: { reason: 'customer', restock: true },
  });

const sell = async ({ cloud, api }: Site): Promise<Sold> => {
  const operatorKey = await readOperatorKey({ stage: STAGE, endpoint: cloud.awsUrl });
  const catalogue = generatedCatalogue(PRODUCTS, PIECES);
  const { shop, input } = await prepareShop(api, operatorKey, catalogue, 'recovery', [], () => undefined);
  const buy = async (through: ApiClient): Promise<string> => {
    let bought: string | undefined;
    const failure = await workOf('checkout', through, input, (orderId) => (bought = orderId))(0, 0);
    if (bought === undefined) throw new Error(`A checkout failed: ${failure}`);
    return bought;
  };
  const orderIds: string[] = [];
  while (orderIds.length < ORDERS) orderIds.push(await buy(api));
  const { secretKey: credential } = shop;
  const product = await call(api, Created, 'POST', '/v1/catalog/products', {
    credential,
    body: { title: 'Not yet here', slug: 'not-yet-here', status: 'active', taxCategory: 'standard', options: [] },
  });
  const variant = await call(api, Created, 'POST', `/v1/catalog/products/${product.id}/variants`, {
    credential,
    body: { sku: 'LATER', prices: [{ currency: 'EUR', amount: 1000 }] },
  });
  await settled(cloud);
  const sold = { secretKey: credential, orderIds, buy, unstocked: variant.id };
  const [cancelled = '', sent = ''] = orderIds;
  await cancel(api, sold, cancelled);
  await call(api, z.unknown(), 'POST', `/v1/orders/${sent}/fulfilments`, { credential, body: {} });
  await settled(cloud);
  return sold;
};

const rebuildPaymentStatus = async (site: Site, sold: Sold): Promise<Outcome> => {
  const before = await ordersOf(site.api, sold);
  const items = (await site.tables.read('orders')).filter(({ sk }) => sk?.S === 'order');
  await site.tables.write('orders', items.map(withoutPayments));
  const wiped = await ordersOf(site.api, sold);
  await site.republish('payments');
  const after = await ordersOf(site.api, sold);
  return {
    compared: before.length,
    differences: [
      ...(wiped.every(({ paymentStatus }) => paymentStatus === 'authorized') ? [] : ['a payment status was not lost']),
      ...before.flatMap((order, index) => {
        const [was, is] = [JSON.stringify(order), JSON.stringify(after[index])];
        return was === is ? [] : [`the order was ${was} and is ${is}`];
      }),
    ],
  };
};

/** What became of the time after the point that a table was restored to. */
const checkLostTime = async (
  { api, cloud, republish }: Site,
  sold: Sold,
  lost: { readonly order: string; readonly cancelled: string },
): Promise<Outcome> => {
  const differences: string[] = [];
  const expect = (what: string, holds: boolean): void => void (holds || differences.push(what));
  const gone = await api.send('GET', `/v1/orders/${lost.order}`, { credential: sold.secretKey });
  expect(`an order of after the point answers ${gone.status}, not 404`, gone.status === 404);
  const payments = async () => {
    const credential = sold.secretKey;
    return (await call(api, Payments, 'GET', '/v1/payments?limit=100', { credential })).items;
  };
  const orphans = (await payments()).filter(({ orderId }) => !sold.orderIds.includes(orderId));
  const orphaned = orphans.map(({ orderId }) => orderId).join();
  expect(`payments without an order: ${orphaned}`, orphaned === lost.order);
  const before = await orderOf(api, sold, lost.cancelled);
  expect(`the cancelled order is ${before.status}, not confirmed again`, before.status === 'confirmed');
  await republish('payments');
  const after = await orderOf(api, sold, lost.cancelled);
  expect(
    `the money of the cancelled order is ${after.paymentStatus}, not refunded`,
    after.paymentStatus === 'refunded',
  );
  const refundOf = async () => (await payments()).find(({ orderId }) => orderId === lost.cancelled)?.refundedAmount;
  const refunded = await refundOf();
  await cancel(api, sold, lost.cancelled);
  for (const { id } of orphans) {
    await call(api, z.unknown(), 'POST', `/v1/payments/${id}/refunds`, { credential: sold.secretKey, body: {} });
  }
  await settled(cloud);
  const twice = await refundOf();
  expect(`cancelled again, ${twice} are given back, not ${refunded}`, twice === refunded && twice !== 0);
  const unsettled = (await payments()).filter(({ orderId, status }) => orderId === lost.order && status !== 'refunded');
  expect('the payment without an order cannot be refunded', unsettled.length === 0);
  expect('nothing can be sold', (await sold.buy(api)) !== '');
  return { compared: 7, differences };
};

/** Runs the rehearsal; resolves true when everything was as before. */
export const proveRecovery = async (): Promise<boolean> => {
  const directory = mkdtempSync(join(tmpdir(), 'cartwright-recovery-'));
  const stateDir = join(directory, 'state');
  const table = new Table({
    head: ['step', 'seconds', 'compared', 'differences'],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right'],
  });
  const found: string[] = [];
  const step = async (name: string, run: () => Promise<Outcome>): Promise<void> => {
    const started = performance.now();
    const { compared, differences } = await run().catch((error: unknown): Outcome => {
      const reason = error instanceof Error ? error.message : String(error);
      return { compared: 0, differences: [reason] };
    });
    table.push([name, ((performance.now() - started) / 1000).toFixed(1), compared, differences.length]);
    found.push(...differences.map((line) => `${name}: ${line}`));
    console.error(`${name}: ${differences.length === 0 ? 'as before' : `${differences.length} differences`}`);
  };
  let site = await openSite(stateDir);
  try {
    const started = performance.now();
    const sold = await sell(site);
    console.error(`${ORDERS} orders sold in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    await step('every event is told again: nothing changes', async () => {
      const before = await readAll(site);
      await site.republish(...Object.keys(PUBLISHERS));
      return compareAll(before, await readAll(site));
    });
    await step("pricing's prices are lost and rebuilt", () =>
      rebuild(site, { domain: 'pricing', of: 'catalog', lost: ({ sk }) => sk?.S === 'price' }),
    );
    await step("inventory's item of a new variant", () =>
      rebuild(site, {
        domain: 'inventory',
        of: 'catalog',
        lost: (item) => partition(item).endsWith(`#stock#${sold.unstocked}`) && item['sk']?.S === 'item',
      }),
    );
    await step("tenants' usage", () =>
      rebuild(site, { domain: 'tenants', of: 'orders', lost: (item) => partition(item).endsWith('#usage') }),
    );
    await step("orders' payment status", () => rebuildPaymentStatus(site, sold));

    const [, , cancelled = ''] = sold.orderIds;
    const point = await site.tables.read('orders');
    const ordersAtPoint = await ordersOf(site.api, sold);
    const order = await sold.buy(site.api);
    await cancel(site.api, sold, cancelled);
    await settled(site.cloud);
    await site.tables.remove('orders', await site.tables.read('orders'));
    await step("orders' table is damaged, and its copy of a point before is taken over", async () => {
      await site.close();
      const restored = join(directory, 'assembly');
      withRestoredTable('cdk.out', stackName(STAGE, 'orders'), restored);
      site = await openSite(stateDir, ['--assembly', restored]);
      await site.tables.write('orders', point);
      await settled(site.cloud);
      const before = itemDifferences(point, await site.tables.read('orders'));
      const after = await ordersOf(site.api, sold);
      const same = JSON.stringify(after) === JSON.stringify(ordersAtPoint);
      return {
        compared: point.length + after.length,
        differences: same ? before : [...before, 'the API shows other orders'],
      };
    });
    await step('what happened after that point is told by the payments', () =>
      checkLostTime(site, sold, { order, cancelled }),
    );
  } catch (error) {
    found.push(`The rehearsal ended before its last step: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await site.close();
    rmSync(directory, { recursive: true, force: true });
  }
  console.log(table.toString());
  console.log('Not rehearsed, because the local cloud has neither: RestoreTableToPointInTime, StartReplay.');
  for (const line of found) console.error(line);
  return found.length === 0;
};
