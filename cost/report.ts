import { ceilings } from './limits.ts';
import { countedOf, type Measured } from './measured.ts';
import { idleTotal, idleUsage } from './idle.ts';
import { BUSY_COLD_SHARE, bytesOutOfMonth, MERCHANTS, usageOfMonth, usageOfOne } from './merchants.ts';
import { DATA_OUT_USD_PER_GB, PRICED_AT, PRICED_REGION, PRICES, priceOf, UNITS } from './prices.ts';
import { FULL_CORE_MB, OTHER_WAIT_MS, TASK_MS, WAITS_MS } from './durations.ts';
import { ORDERS_PER_SECOND } from './scenarios.ts';
import { billOf, type BillLine, scaled, totalOf, type Usage } from './usage.ts';

/** Dollars of services for a million orders at ten a second. */
export const ORDER_BAR_USD = 50;
/** Dollars a month of a stage that nobody uses. */
export const IDLE_BAR_USD = 25;

const MILLION = 1_000_000;
const GB = 1e9;

export const usd = (amount: number): string =>
  amount >= 100
    ? Math.round(amount).toLocaleString('en')
    : amount > 0 && amount < 0.1
      ? amount.toPrecision(2)
      : amount.toFixed(2);
const quantity = (amount: number): string =>
  amount >= 100
    ? Math.round(amount).toLocaleString('en')
    : amount >= 0.01
      ? amount.toFixed(2)
      : amount === 0
        ? '0'
        : amount.toExponential(1);

/** A table in Markdown. Cells are padded as the formatter does it. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
};

const billTable = (usage: Usage, times: number): string =>
  table(
    ['unit', 'units of one', `USD for ${times.toLocaleString('en')}`],
    [
      ...billOf(usage).map((line) => [line.name, quantity(line.quantity), usd(line.usd * times)]),
      ['all', '', usd(totalOf(usage) * times)],
    ],
  );

/** A million orders at the bar's rate. */
export const millionOrders = (measured: Measured): Usage =>
  scaled(usageOfOne(measured, 'order', BUSY_COLD_SHARE), MILLION);

export const dearest = (measured: Measured): readonly BillLine[] => billOf(millionOrders(measured)).slice(0, 3);

/** What is above its bar, in words; nothing when all hold. */
export const broken = (measured: Measured): readonly string[] => {
  const orders = totalOf(millionOrders(measured));
  const idle = totalOf(idleTotal(measured));
  return [
    ...(orders < ORDER_BAR_USD ? [] : [`A million orders cost ${usd(orders)} USD, the bar is ${ORDER_BAR_USD}`]),
    ...(idle < IDLE_BAR_USD ? [] : [`An idle stage costs ${usd(idle)} USD a month, the bar is ${IDLE_BAR_USD}`]),
  ];
};

const tablesOf = (measured: Measured): string => {
  const { counts, times } = countedOf(measured, 'order');
  const of = (kind: 'read' | 'write', name: string): number => (counts[`table.${kind}Units.${name}`] ?? 0) / times;
  const names = Object.keys(counts).flatMap((name) => /^table\.(?:read|write)Units\.(.+)$/.exec(name)?.[1] ?? []);
  return table(
    ['table', 'write units an order', 'read units an order'],
    [...new Set(names)]
      .sort((a, b) => of('write', b) - of('write', a))
      .map((name) => [
        name.replace(/^cartwright-[a-z0-9]+-([a-z]+).*$/, '$1'),
        quantity(of('write', name)),
        quantity(of('read', name)),
      ]),
  );
};

const merchantsTable = (measured: Measured): string =>
  table(
    [
      'merchant',
      'orders',
      'product views',
      'USD a month',
      'the dearest',
      'stored after a year, USD a month',
      'traffic out, USD',
    ],
    MERCHANTS.map((merchant) => {
      const usage = usageOfMonth(measured, merchant);
      const orders = merchant.month['order'] ?? 0;
      const storedGb = (orders * 12 * measured.storedPerOrder) / GB;
      return [
        merchant.name,
        orders.toLocaleString('en'),
        (merchant.month['product view'] ?? 0).toLocaleString('en'),
        usd(totalOf(usage)),
        billOf(usage)
          .slice(0, 2)
          .map((line) => `${line.name} ${usd(line.usd)}`)
          .join(', '),
        usd(storedGb * (priceOf('dynamodbGbMonth') + priceOf('backupGbMonth'))),
        usd((bytesOutOfMonth(measured, merchant) / GB) * DATA_OUT_USD_PER_GB),
      ];
    }),
  );

const idleTable = (measured: Measured): string => {
  const rows = idleUsage(measured).map(([cause, usage]) => [cause, usd(totalOf(usage))]);
  return table(['cause', 'USD a month'], [...rows, ['all', usd(totalOf(idleTotal(measured)))]]);
};

/** The body of `docs/cost.md`. */
export const costDocument = (measured: Measured): string => {
  const orders = totalOf(millionOrders(measured));
  const [first] = ceilings(measured, 'us-east-1');
  return `# What it costs

Made by \`npm run cost -- --write\` from what was counted on ${measured.at}; do not edit. List prices of ${PRICED_REGION} as of ${PRICED_AT}, entered by hand
(\`cost/prices.ts\`): no free tier, no discount, no tax. Look them up again before you decide by them.

The command runs the app as it is synthesized for production on the local cloud, uses it through the public API, and counts what
AWS would bill. Memory sizes, log settings, queues, alarms, schedules and secrets are read from the templates.

## An order

A guest's cart of two products with address, shipping and email, and its checkout, with everything that follows (events, capture, usage), at
${ORDERS_PER_SECOND} orders a second. The bar is ${ORDER_BAR_USD} USD for a million; it is ${usd(orders)} USD.

${billTable(usageOfOne(measured, 'order', BUSY_COLD_SHARE), MILLION)}

The three dearest: ${dearest(measured)
    .map((line) => `${line.name} (${usd(line.usd)} USD)`)
    .join(', ')}.

${tablesOf(measured)}

An order leaves ${measured.storedPerOrder.toLocaleString('en')} bytes in the tables and their indexes, its cart among them (which expires).

## A thousand product views

${billTable(usageOfOne(measured, 'product view', BUSY_COLD_SHARE), 1000)}

## A thousand lists of 20 products

${billTable(usageOfOne(measured, 'list of 20 products', BUSY_COLD_SHARE), 1000)}

## A thousand logins

${billTable(usageOfOne(measured, 'login', BUSY_COLD_SHARE), 1000)}

## A thousand imported products

${billTable(usageOfOne(measured, 'imported product', BUSY_COLD_SHARE), 1000)}

## An upload

There is no storage domain yet, so no upload is counted.

## A merchant's month

Each beside the idle price of the stage, which all merchants share. Traffic to the internet is no service of the list, and less with an edge before it.

${merchantsTable(measured)}

## A stage that nobody uses

The bar is ${IDLE_BAR_USD} USD a month.

${idleTable(measured)}

## How it is counted

- **DynamoDB**: the engine's consumed capacity: writes by 1 kB in the table and in each index that changes, reads by 4 kB, transactions twice,
  refused writes once. Lambda's reads of a stream and deletions by expiry are free.
- **Lambda**: each invocation, and its duration rounded up to a millisecond. AWS's duration cannot be measured here. It is taken as the processor time
  measured here x ${FULL_CORE_MB.toLocaleString('en')} MB / memory (the share of a core that a function gets), and for each counted request to a service a wait: ${Object.entries(
    WAITS_MS,
  )
    .map(([name, wait]) => `${name} ${wait} ms`)
    .join(
      ', ',
    )}, others ${OTHER_WAIT_MS} ms; invocations and workflows also wait for what they run, with ${TASK_MS} ms for each task of a workflow. Requests
  made at once count one after the other. These waits are assumptions; everything else is counted.
- **Cold starts**: one invocation of a hundred loads its bundle (half of those of a small merchant); the loading is billed.
- **Workflows**: Express by execution and by 100 ms of 64 MB; Standard by transition.
- **Queues**: each message sent, received and deleted, by 64 kB; empty polls are in the idle table. One reader gathers a queue here and up to five pollers
  share it on AWS, so where a queue waits for company its batches are smaller there.
- **Logs**: what the functions print at the level \`info\`, and what Lambda adds to it; kept for ${measured.stage.logRetentionDays} days.
- **Left out**: traffic inside AWS, DNS, the deployment's own bucket, support, and what no domain does yet.

| unit | USD | for | source |
| ---- | --- | --- | ------ |
${UNITS.map((unit) => `| ${PRICES[unit].unit} | ${PRICES[unit].usd} | ${PRICES[unit].per.toLocaleString('en')} | ${PRICES[unit].source} |`).join('\n')}

What breaks first when many come is in [limits.md](limits.md)${first === undefined ? '' : ` (in ${PRICED_REGION}: at ${Math.floor(first.withBrowsing)} orders a second with their browsing)`}.
`;
};
