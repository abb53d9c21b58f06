/**
 * Puts the events of domains on the bus again, from what their tables hold now: `npm run republish -- --domain orders
 * [--domain payments] --since 2026-11-01T00:00:00Z [--tenant ID] [--stage STAGE] [--endpoint URL] [--region REGION] [--dry-run]`. Without an
 * endpoint it asks AWS with the credentials of the environment. docs/recovery.md says when, and what a table cannot tell.
 */
import { setTimeout } from 'node:timers/promises';
import Table from 'cli-table3';
import * as z from 'zod';
import { httpUrl, orEnd, readArguments, readOptions } from '../lib/client/command-line.ts';
import { busOf, itemsSince, type PutEntries, republish, tableOfFunction } from '../lib/client/republish.ts';
import { busName, functionName } from '../lib/names.ts';
import { toInstant } from '../lib/runtime/clock.ts';
import { TenantId } from '../lib/runtime/tenant.ts';
import { PUBLISHERS } from './publishers.ts';

const DOMAINS = Object.keys(PUBLISHERS).join(', ');
const USAGE =
  'Usage: npm run republish -- --domain orders [--domain payments] --since 2026-11-01T00:00:00Z [--tenant ID] [--stage dev] [--endpoint http://127.0.0.1:4566] [--region eu-central-1] [--dry-run]';

const { values } = orEnd(() =>
  readArguments(USAGE, {
    options: {
      domain: { type: 'string', multiple: true },
      since: { type: 'string' },
      tenant: { type: 'string' },
      stage: { type: 'string', default: 'dev' },
      endpoint: { type: 'string' },
      region: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
    },
  }),
);
const Options = z.object({
  domain: z.array(
    z.string().refine((name) => Object.hasOwn(PUBLISHERS, name), {
      error: `publishes no events; these domains do: ${DOMAINS}`,
    }),
    { error: `name the domain: ${DOMAINS}` },
  ),
  since: z.iso
    .datetime({ offset: true, error: 'an instant with its time zone is needed, such as 2026-11-01T00:00:00Z' })
    .transform((text) => toInstant(new Date(text))),
  tenant: z
    .string()
    .optional()
    .transform((id, context) => {
      const parsed = TenantId.safeParse(id);
      if (id === undefined || parsed.success) return parsed.data;
      context.addIssue("a tenant's id is tnt_ and 26 letters and digits");
      return z.NEVER;
    }),
  endpoint: httpUrl().optional(),
});
const { domain: domains, since, tenant } = orEnd(() => readOptions(USAGE, Options, values));
const { stage, 'dry-run': dryRun } = values;

/** An SDK's error has its reason in the name. */
const told = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

const PROGRESS_EVERY = 1000;

const run = async (domain: string, put: PutEntries): Promise<boolean> => {
  const toEvents = PUBLISHERS[domain];
  if (toEvents === undefined) throw new Error(`${domain} publishes no events`);
  const table = await tableOfFunction(
    values,
    functionName(stage, domain, 'health'),
    `${domain.toUpperCase()}_TABLE`,
  ).catch((cause: unknown) => {
    throw new Error(`The table of ${domain} in stage ${stage} was not found. ${told(cause)}`, { cause });
  });
  console.error(`Reading ${table}${tenant === undefined ? '' : ` for ${tenant}`} since ${since}`);
  let next = PROGRESS_EVERY;
  const { items, events, failures } = await republish({
    pages: itemsSince(values, table, { since, tenant }),
    toEvents,
    since,
    busName: busName(stage),
    put: dryRun ? undefined : put,
    wait: (milliseconds) => setTimeout(milliseconds),
    progress: (read, made) => {
      if (read < next) return;
      next = read + PROGRESS_EVERY;
      console.error(`${read} items read, ${made} events${dryRun ? '' : ' put'}`);
    },
  });
  const shown = new Table({
    head: ['event', 'count'],
    style: { head: [], border: [] },
    colAligns: ['left', 'right'],
  });
  shown.push(...[...events].sort().map(([type, count]) => [type, count]));
  console.log(shown.toString());
  const total = [...events.values()].reduce((sum, count) => sum + count, 0);
  console.log(`${total} events of ${items} items ${dryRun ? 'would be put' : 'put'} on ${busName(stage)}`);
  for (const failure of failures) console.error(failure);
  if (failures.length > 0)
    console.error(`${failures.length} failed. Repair the cause and run this again: repetitions do no harm.`);
  return failures.length === 0;
};

const bus = busOf(values);
try {
  for (const domain of domains) if (!(await run(domain, bus.put))) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error && error.name === 'Error' ? error.message : told(error));
  console.error(
    values.endpoint === undefined
      ? `Is stage ${stage} deployed in this account and region? You need lambda:GetFunctionConfiguration, dynamodb:Scan and events:PutEvents.`
      : `Does stage ${stage} run at ${values.endpoint}? "npm start" prints the AWS endpoint of the local cloud, whose stage is dev.`,
  );
  process.exitCode = 1;
} finally {
  bus.close();
}
