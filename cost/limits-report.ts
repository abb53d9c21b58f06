import { DUE_SHARDS } from '../functions/orders/order-index.ts';
import {
  BROWSING,
  type Ceiling,
  ceilings,
  hotSku,
  KEYS_PER_TENANT,
  listsPerTenant,
  neededFor,
  tenantsPerCell,
  TRANSACTIONS_PER_ITEM,
} from './limits.ts';
import type { Measured } from './measured.ts';
import { idleTotal } from './idle.ts';
import { QUOTAS, QUOTAS_AT, REGIONS, type Region } from './quotas.ts';
import { table, usd } from './report.ts';
import { totalOf } from './usage.ts';

/** The peak that the platforms of this kind plan for. */
export const PEAK = 500;

const rate = (value: number): string =>
  !Number.isFinite(value) ? 'no limit' : value >= 10 ? Math.floor(value).toLocaleString('en') : value.toFixed(1);

const raised = (ceiling: Ceiling): string => {
  if (ceiling.withBrowsing >= PEAK) return 'enough';
  const needed = neededFor(ceiling, PEAK).toLocaleString('en');
  return QUOTAS[ceiling.quota].adjustable ? `raise to ${needed}` : `warm to ${needed}`;
};

const regionTable = (measured: Measured, region: Region): string =>
  table(
    ['quota', 'default', 'an order takes', 'with its browsing', 'orders/s', 'orders/s with browsing', `for ${PEAK}/s`],
    ceilings(measured, region).map((ceiling) => [
      QUOTAS[ceiling.quota].name,
      ceiling.value.toLocaleString('en'),
      ceiling.demand.order.toFixed(2),
      ceiling.demand.withBrowsing.toFixed(2),
      rate(ceiling.orders),
      rate(ceiling.withBrowsing),
      raised(ceiling),
    ]),
  );

const firstOf = (measured: Measured, region: Region): string => {
  const [first, second] = ceilings(measured, region);
  if (first === undefined || second === undefined) throw new Error('There are no quotas');
  return `${region}: **${rate(first.withBrowsing)} orders/s**, then ${QUOTAS[first.quota].name} breaks; with that raised, ${QUOTAS[second.quota].name} at ${rate(second.withBrowsing)}.`;
};

const withoutBrowsing = (measured: Measured, region: Region): string => {
  const [first] = [...ceilings(measured, region)].sort((a, b) => a.orders - b.orders);
  if (first === undefined) throw new Error('There are no quotas');
  return `${region}: ${rate(first.orders)} orders/s (${QUOTAS[first.quota].name}).`;
};

/** The body of `docs/limits.md`. */
export const limitsDocument = (measured: Measured): string => `# What one account carries

Made by \`npm run cost -- --write\` from what was counted on ${measured.at}; do not edit. Default quotas as of ${QUOTAS_AT}, entered by hand (\`cost/quotas.ts\`):
an account's own are in the console under Service Quotas, and new accounts often begin with less (Lambda's concurrency with as little as 10).

By arithmetic: quota / what one order takes. Before each order, shoppers look at ${Object.entries(BROWSING)
  .map(([what, times]) => `${times} x ${what}`)
  .join(' and ')} (an assumption; an edge before the APIs takes most of it away).

## What breaks first

${REGIONS.map((region) => `- ${firstOf(measured, region)}`).join('\n')}

Orders alone, as in a sale whose browsing an edge answers:

${REGIONS.map((region) => `- ${withoutBrowsing(measured, region)}`).join('\n')}

${REGIONS.map((region) => `### ${region}\n\n${regionTable(measured, region)}`).join('\n\n')}

Lambda's concurrency is taken by the durations of [cost.md](cost.md). A table that is new takes ${QUOTAS.newTableWrites.value['us-east-1'].toLocaleString('en')} write units a second; it grows
with its load, or is warmed before a sale (warm throughput, which is billed once).

## One SKU

A stock level is split into items with keys of their own, one for each 50 pieces, 64 at most, a single one below 100. DynamoDB refuses a write to an item that
another transaction holds, so an item takes about ${TRANSACTIONS_PER_ITEM} orders a second, long before its key's ${QUOTAS.partitionWrites.value['us-east-1'].toLocaleString('en')} write units (two for each order) are used up.

${table(
  ['pieces available', 'items', 'orders/s of this SKU, by transactions', 'by write units of the keys'],
  [50, 200, 1000, 5000].map((available) => {
    const sku = hotSku(available);
    return [available.toLocaleString('en'), String(sku.buckets), rate(sku.byTransactions), rate(sku.byUnits)];
  }),
)}

A level of 50 pieces is sold out after half a second at its limit; what is refused meanwhile is tried again for 5 s, then answered with 503.

## One tenant

- Each of a tenant's lists of orders is one key of an index: ${QUOTAS.partitionWrites.value['us-east-1'].toLocaleString('en')} write units, so about ${QUOTAS.partitionWrites.value['us-east-1'].toLocaleString('en')} orders/s for one tenant. No quota raises it.
- Its lists of products are read by one key of an index, too: ${rate(listsPerTenant(measured))} lists of 20 a second.
- Its plan (\`rate\`, \`burst\`) ends it sooner: API Gateway answers 429 by the tenant's key.
- All tenants' orders that are under way are on ${DUE_SHARDS} keys of one index, each put there and taken away: ${((DUE_SHARDS * QUOTAS.partitionWrites.value['us-east-1']) / 2).toLocaleString('en')} orders/s for the stage.

## The size of a cell

A cell is one stage in one account and region. API Gateway counts and throttles a tenant by a key of its own (${KEYS_PER_TENANT} for each, however many keys of ours it has), and an account has ${QUOTAS.apiKeys.value['us-east-1'].toLocaleString('en')}
in a region, which cannot be raised: **${tenantsPerCell('us-east-1').toLocaleString('en')} tenants** in us-east-1, ${tenantsPerCell('eu-central-1').toLocaleString('en')} in eu-central-1, less what other applications of the account take.
The stage's ${measured.stage.resources.toLocaleString('en')} resources in ${measured.stage.stacks} stacks are far from the quotas of CloudFormation (500 a stack).

## What a second cell takes

- Another account, or another region of the same one: quotas count for both. Two stages in one account and region share them and are no second cell.
- \`cdk bootstrap\`, then \`cdk deploy --all -c stage=<name>\`: the templates name no account and no region.
- ${usd(totalOf(idleTotal(measured)))} USD a month before the first order ([cost.md](cost.md)), and its own raised quotas.
- An operator key of its own, and an entry in whatever sends merchants to their cell: a client takes a base URL (or a map from domain to URL), and a tenant lives in one cell. Slugs,
  staff accounts and API keys are unique within a cell only.
- Moving a tenant from one cell to another is not built.

| quota | us-east-1 | eu-central-1 | per | can be raised | source |
| ----- | --------- | ------------ | --- | ------------- | ------ |
${Object.values(QUOTAS)
  .map(
    ({ name, value, per, adjustable, source }) =>
      `| ${name} | ${value['us-east-1'].toLocaleString('en')} | ${value['eu-central-1'].toLocaleString('en')} | ${per} | ${adjustable ? 'yes' : 'no'} | ${source} |`,
  )
  .join('\n')}
`;
