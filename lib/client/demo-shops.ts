import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { call, Refused } from './expect-status.ts';
import type { ApiClient } from './http.ts';
import { productsAreQuotable } from './quotable.ts';
import { importCatalogue, onboardShop, setUpRules, type Shop, type ShopPlan, type ShopRules } from './shop.ts';
import { until } from './until.ts';

/** A demo shop with everything that a developer needs to try it. Its secrets are only worth something on this machine. */
export const DemoShop = z.object({
  name: z.string(),
  tenantId: z.string(),
  currency: z.string(),
  publishableKey: z.string(),
  secretKey: z.string(),
  staff: z.object({ email: z.string(), password: z.string() }),
  customer: z.object({ email: z.string(), password: z.string() }),
  sample: z.object({ slug: z.string(), variantId: z.string() }),
});
export type DemoShop = z.output<typeof DemoShop>;

const PASSWORD = 'demo-pass-phrase-1';

interface DemoPlan {
  readonly plan: ShopPlan;
  readonly rules: ShopRules;
  /** A file of `samples/`. */
  readonly catalogue: string;
}

const SHOPS: readonly DemoPlan[] = [
  {
    plan: {
      name: 'Alder Goods',
      slug: 'alder',
      ownerEmail: 'owner@alder.example',
      country: 'DE',
      currencies: ['EUR', 'USD'],
      locales: ['en', 'de'],
      timeZone: 'Europe/Berlin',
    },
    rules: { taxRatePpm: 190_000, shipping: { name: 'Parcel', amounts: { EUR: 490, USD: 590 } } },
    catalogue: 'alder.csv',
  },
  {
    plan: {
      name: 'Birch Supply',
      slug: 'birch',
      ownerEmail: 'owner@birch.example',
      country: 'US',
      currencies: ['USD', 'EUR'],
      locales: ['en', 'de'],
      timeZone: 'America/New_York',
    },
    rules: { taxRatePpm: 0, shipping: { name: 'Ground', amounts: { USD: 690, EUR: 650 } } },
    catalogue: 'birch.csv',
  },
];

const Listed = z.looseObject({ items: z.array(z.looseObject({ slug: z.string() })) });
const Detailed = z.looseObject({ variants: z.array(z.looseObject({ id: z.string() })) });

const makePeople = async (api: ApiClient, shop: Shop): Promise<Pick<DemoShop, 'staff' | 'customer'>> => {
  const staff = { email: shop.ownerEmail, password: PASSWORD };
  if (shop.ownerInvitation !== undefined) {
    await call(api, z.unknown(), 'POST', '/v1/accounts/staff/invitations/accept', {
      body: { token: shop.ownerInvitation, password: PASSWORD },
    });
  }
  const customer = { email: `customer@${shop.slug}.example`, password: PASSWORD };
  await call(api, z.unknown(), 'POST', '/v1/accounts/customers', {
    credential: shop.publishableKey,
    body: { ...customer, name: 'Sample Customer', locale: 'en' },
  });
  return { staff, customer };
};

/** More first starts that were cut short than anyone makes. */
const ATTEMPTS = 50;

/**
 * Onboards a demo shop. Where an earlier seeding was cut short, its keys are lost and its slug is taken: the shop is made
 * anew beside it, with a number.
 */
export const onboardDemoShop = async (
  api: ApiClient,
  operatorKey: string,
  plan: ShopPlan,
  progress: (message: string) => void,
): Promise<Shop> => {
  for (let attempt = 1; ; attempt += 1) {
    const slug = attempt === 1 ? plan.slug : `${plan.slug}-${attempt}`;
    const numbered = { ...plan, slug, ownerEmail: plan.ownerEmail.replace(`@${plan.slug}.`, `@${slug}.`) };
    try {
      return await onboardShop(api, operatorKey, numbered, progress);
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof Refused) || error.code !== 'slug_taken') throw error;
      progress(`${plan.name}: the slug ${slug} is taken, another one is tried`);
    }
  }
};

const seedShop = async (
  api: ApiClient,
  operatorKey: string,
  { plan, rules, catalogue }: DemoPlan,
  progress: (message: string) => void,
): Promise<DemoShop> => {
  const shop = await onboardDemoShop(api, operatorKey, plan, progress);
  progress(`${plan.name}: tax, shipping, people`);
  const [people] = await Promise.all([makePeople(api, shop), setUpRules(api, shop, rules)]);
  const csv = readFileSync(fileURLToPath(new URL(`../../samples/${catalogue}`, import.meta.url)));
  const ended = await importCatalogue(api, shop, csv, {
    filename: catalogue,
    progress: (state) => progress(`${plan.name}: import ${state.status}, ${state.progress?.rows ?? 0} rows`),
  });
  if (ended.status !== 'completed')
    throw new Error(`The sample catalogue of ${plan.name} could not be imported: ${ended.status}`);
  progress(`${plan.name}: waiting for prices`);
  await until(`the prices of ${plan.name}`, () => productsAreQuotable(api, shop));
  const credential = shop.publishableKey;
  const slug = (await call(api, Listed, 'GET', '/v1/catalog/products?limit=1', { credential })).items[0]?.slug ?? '';
  const variantId =
    (await call(api, Detailed, 'GET', `/v1/catalog/products/by-slug/${slug}`, { credential })).variants[0]?.id ?? '';
  return {
    name: plan.name,
    tenantId: shop.tenantId,
    currency: plan.currencies[0] ?? 'EUR',
    publishableKey: shop.publishableKey,
    secretKey: shop.secretKey,
    ...people,
    sample: { slug, variantId },
  };
};

const readShops = (file: string): readonly DemoShop[] => {
  try {
    return z.array(DemoShop).parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new Error(`${file} cannot be read. Delete it to have new demo shops beside the old ones at the next start.`, {
      cause,
    });
  }
};

const areThere = async (api: ApiClient, shops: readonly DemoShop[]): Promise<boolean> => {
  const answers = await Promise.all(
    shops.map((shop) => api.send('GET', '/v1/catalog/products?limit=1', { credential: shop.publishableKey })),
  );
  return answers.every(({ status }) => status !== 401);
};

/**
 * The two demo shops: onboarded through the public API where there are none yet, else as they were. What was made is kept
 * in `file`, because keys are shown once only.
 */
export const demoShops = async (
  api: ApiClient,
  operatorKey: string,
  file: string,
  progress: (message: string) => void,
): Promise<readonly DemoShop[]> => {
  if (existsSync(file)) {
    const shops = readShops(file);
    if (await areThere(api, shops)) return shops;
    progress('The demo shops are gone with a part of the state: they are made anew');
  }
  const shops = await Promise.all(SHOPS.map((shop) => seedShop(api, operatorKey, shop, progress)));
  writeFileSync(file, JSON.stringify(shops, null, 2), { mode: 0o600 });
  return shops;
};

/** Five requests that work as printed. */
export const curlLines = (apiUrl: string, shop: DemoShop): readonly string[] => {
  const publishable = `-H 'Authorization: Bearer ${shop.publishableKey}'`;
  const secret = `-H 'Authorization: Bearer ${shop.secretKey}'`;
  const cart = JSON.stringify({
    currency: shop.currency,
    locale: 'en',
    lines: [{ variantId: shop.sample.variantId, quantity: 1 }],
  });
  return [
    `curl ${publishable} '${apiUrl}/v1/catalog/products?limit=5'`,
    `curl ${publishable} '${apiUrl}/v1/catalog/products/by-slug/${shop.sample.slug}'`,
    `curl ${publishable} -H 'Content-Type: application/json' -H "Idempotency-Key: $(date +%s%N)" -d '${cart}' '${apiUrl}/v1/carts'`,
    `curl ${secret} '${apiUrl}/v1/inventory/levels?variantIds=${shop.sample.variantId}'`,
    `curl ${secret} '${apiUrl}/v1/orders?limit=5'`,
  ];
};
