import type { ShopPlan, ShopRules } from './shop.ts';

/** A shop that sells in two currencies and two languages, where what it is does not matter. */
export const sampleShop = (slug: string, name: string): ShopPlan => ({
  name,
  slug,
  plan: 'scale',
  ownerEmail: `${slug}@example.com`,
  country: 'DE',
  currencies: ['EUR', 'USD'],
  locales: ['en', 'de'],
  timeZone: 'Europe/Berlin',
});

/** 19 % inclusive tax, and a parcel for a flat 4.90 in both currencies. */
export const SAMPLE_RULES: ShopRules = {
  taxRatePpm: 190_000,
  shipping: { name: 'Parcel', amounts: { EUR: 490, USD: 490 } },
};
