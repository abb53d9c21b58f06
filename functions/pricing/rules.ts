import * as z from 'zod';
import { Promotion, ShippingZone, TaxRate } from './model.ts';

/** `requestHash` recognizes the request that made a rule; answers leave it out. */
const stored = { requestHash: z.string() };

/**
 * All rules of a tenant, kept as one item, so that a quote reads them together with its prices. At most 500 tax rates, 100
 * shipping zones, 200 promotions and 280 kB in all (an item has 400 kB at most, and every quote reads it).
 */
export const StoredTaxRate = TaxRate.extend(stored);
export const StoredShippingZone = ShippingZone.extend(stored);
export const StoredPromotion = Promotion.extend(stored);
export const Rules = z.object({
  version: z.number().int().min(0),
  taxRates: z.array(StoredTaxRate),
  shippingZones: z.array(StoredShippingZone),
  promotions: z.array(StoredPromotion),
});
export type Rules = z.output<typeof Rules>;

export const NO_RULES: Rules = { version: 0, taxRates: [], shippingZones: [], promotions: [] };
export const MAX_RULES_BYTES = 280_000;
