import { readFileSync } from 'node:fs';
import { checkWalls, sellFrom } from '../../lib/client/first-sale.ts';
import { type ApiClient, apiClient } from '../../lib/client/http.ts';
import { readApiUrls, readOperatorKey } from '../../lib/client/operator.ts';
import { promises } from '../../lib/client/promises.ts';
import { productsAreQuotable } from '../../lib/client/quotable.ts';
import { SAMPLE_RULES, sampleShop } from '../../lib/client/sample-shop.ts';
import { importCatalogue, onboardShop, setUpRules, type Shop } from '../../lib/client/shop.ts';
import { until } from '../../lib/client/until.ts';
import { STAGE } from './run-settings.ts';

const CATALOGUE = 'samples/catalogue.csv';
const PATIENCE = { timeoutMs: 60_000 };

const clientOf = async (endpoint: string): Promise<ApiClient> =>
  apiClient(await readApiUrls({ stage: STAGE, endpoint }));

/** Onboards two shops. */
export const onboardShops = async (endpoint: string): Promise<readonly [Shop, Shop]> => {
  const api = await clientOf(endpoint);
  const operatorKey = await readOperatorKey({ stage: STAGE, endpoint });
  const onboard = (slug: string): Promise<Shop> => onboardShop(api, operatorKey, sampleShop(slug, `Shop ${slug}`));
  try {
    return [await onboard('early-north'), await onboard('early-south')];
  } finally {
    api.close();
  }
};

const sell = async (api: ApiClient, shop: Shop, found: ReturnType<typeof promises>) => {
  await setUpRules(api, shop, SAMPLE_RULES);
  const { status } = await importCatalogue(api, shop, readFileSync(CATALOGUE));
  found.equal(`${shop.name}: the catalogue is imported`, status, 'completed');
  await until('the prices to reach the quotes', () => productsAreQuotable(api, shop), PATIENCE);
  return sellFrom(api, shop, found);
};

/** Sells from shops that were onboarded before all domains were there: what they were promised, and whether it was kept. */
export const sellFromShops = async (endpoint: string, [one, other]: readonly [Shop, Shop]) => {
  const api = await clientOf(endpoint);
  const found = promises();
  try {
    const order = await sell(api, one, found);
    await sell(api, other, found);
    await checkWalls(api, one, other, order, found);
    return found.findings;
  } finally {
    api.close();
  }
};
