/**
 * Onboards a tenant: `npm run tenant -- create --name "Alder Goods" --slug alder --email owner@example.com --country DE
 * --currency EUR --locale en --time-zone Europe/Berlin [--plan growth] --url API_URL`. The operator key is read from
 * CARTWRIGHT_OPERATOR_KEY. Prints the tenant's first keys: the secret one is shown here only.
 */
import Table from 'cli-table3';
import * as z from 'zod';
import { httpUrl, orEnd, readArguments, readOptions } from '../lib/client/command-line.ts';
import { apiClient } from '../lib/client/http.ts';
import { onboardShop } from '../lib/client/shop.ts';

const USAGE =
  'Usage: npm run tenant -- create --name NAME --slug SLUG --email OWNER --country DE --currency EUR [--currency USD] --locale en --time-zone Europe/Berlin [--plan growth] --url URL';

const { values, positionals } = orEnd(() =>
  readArguments(USAGE, {
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      slug: { type: 'string' },
      email: { type: 'string' },
      country: { type: 'string' },
      currency: { type: 'string', multiple: true },
      locale: { type: 'string', multiple: true },
      'time-zone': { type: 'string', default: 'UTC' },
      plan: { type: 'string', default: 'growth' },
      url: { type: 'string' },
    },
  }),
);
orEnd(() => readOptions(USAGE, z.object({ url: httpUrl().optional() }), values));
const { name, slug, email, country, currency, locale, url } = values;
const operatorKey = process.env['CARTWRIGHT_OPERATOR_KEY'];
const missing = Object.entries({ name, slug, email, country, currency, locale, url })
  .filter(([, value]) => !value)
  .map(([option]) => `--${option}`);

if (positionals.length !== 1 || positionals[0] !== 'create') {
  console.error(USAGE);
  process.exitCode = 2;
} else if (!name || !slug || !email || !country || !currency || !locale || !url) {
  console.error(`Missing: ${missing.join(', ')}.\n${USAGE}`);
  process.exitCode = 2;
} else if (!operatorKey) {
  console.error('Set CARTWRIGHT_OPERATOR_KEY to the operator key (npm run operator -- key prints it).');
  process.exitCode = 2;
} else {
  const api = apiClient(url);
  try {
    const shop = await onboardShop(
      api,
      operatorKey,
      {
        name,
        slug,
        plan: values.plan,
        ownerEmail: email,
        country,
        currencies: currency,
        locales: locale,
        timeZone: values['time-zone'],
      },
      (message) => console.error(message),
    );
    const table = new Table({ style: { head: [], border: [] } });
    table.push(['tenant', shop.tenantId], ['publishable key', shop.publishableKey], ['secret key', shop.secretKey]);
    if (shop.ownerInvitation !== undefined) table.push(['owner invitation', shop.ownerInvitation]);
    console.log(table.toString());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  } finally {
    api.close();
  }
}
