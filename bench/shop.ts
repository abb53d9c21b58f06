import * as z from 'zod';
import { call } from '../lib/client/expect-status.ts';
import type { ApiClient } from '../lib/client/http.ts';
import { productsAreQuotable } from '../lib/client/quotable.ts';
import { importCatalogue, onboardShop, setUpRules, SHIPPING_METHOD, type Shop } from '../lib/client/shop.ts';
import { until } from '../lib/client/until.ts';
import type { ShopInput } from './work.ts';

const Page = z.looseObject({ items: z.array(z.looseObject({ slug: z.string() })), next: z.string().nullable() });
const Detail = z.looseObject({ variants: z.array(z.looseObject({ id: z.string() })) });
/** Onboards a shop, imports a catalogue and makes what the driver needs to know. Stock codes map to products by rank. */
export const prepareShop = async (
  api: ApiClient,
  operatorKey: string,
  csv: Buffer,
  word: string,
  baskets: readonly (readonly string[])[] = [],
  say: (line: string) => void = console.log,
): Promise<{ input: ShopInput; shop: Shop }> => {
  const slug = `${word}-${Date.now().toString(36)}`;
  const shop = await onboardShop(api, operatorKey, {
    name: word,
    slug,
    plan: 'scale',
    ownerEmail: `${slug}@example.com`,
    country: 'DE',
    currencies: ['EUR'],
    locales: ['en'],
    timeZone: 'Europe/Berlin',
  });
  await setUpRules(api, shop, { taxRatePpm: 190_000, shipping: { name: 'Parcel', amounts: { EUR: 490 } } });
  const started = performance.now();
  const imported = await importCatalogue(api, shop, csv, { timeoutMs: 600_000 });
  say(
    `${word}: ${imported.progress?.rows ?? 0} rows imported in ${((performance.now() - started) / 1000).toFixed(1)} s (${imported.status})`,
  );
  await until('prices', () => productsAreQuotable(api, shop), { timeoutMs: 300_000 });

  const credential = shop.publishableKey;
  const slugs: string[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await call(api, Page, 'GET', `/v1/catalog/products?limit=100${query}`, { credential });
    slugs.push(...page.items.map((item) => item.slug));
    cursor = page.next;
  } while (cursor !== null);
  const variantIds: string[] = [];
  for (let start = 0; start < slugs.length; start += 32) {
    const details = await Promise.all(
      slugs
        .slice(start, start + 32)
        .map((name) => call(api, Detail, 'GET', `/v1/catalog/products/by-slug/${name}`, { credential })),
    );
    variantIds.push(...details.flatMap((detail) => detail.variants.slice(0, 1).map((variant) => variant.id)));
  }
  const customer = { email: 'bench@example.com', password: 'a long enough passphrase' };
  await call(api, z.unknown(), 'POST', '/v1/accounts/customers', {
    credential,
    body: { ...customer, name: 'Bench Shopper', locale: 'en' },
  });

  const byCode = new Map<string, string>();
  const variantOf = (code: string): string => {
    const known = byCode.get(code);
    if (known !== undefined) return known;
    const variantId = variantIds[byCode.size % variantIds.length] ?? '';
    byCode.set(code, variantId);
    return variantId;
  };
  return {
    shop,
    input: {
      publishableKey: credential,
      currency: 'EUR',
      country: 'DE',
      shippingMethodId: SHIPPING_METHOD,
      variantIds,
      slugs,
      customer,
      baskets: baskets.map((codes) => codes.map(variantOf)),
    },
  };
};
