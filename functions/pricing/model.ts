import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { Country } from '../../lib/runtime/country.ts';
import { defineError } from '../../lib/runtime/errors.ts';
import { defineId, OpaqueId } from '../../lib/runtime/ids.ts';
import { Currency } from '../../lib/runtime/money.ts';
import { Region } from '../../lib/runtime/region.ts';
import { CouponCode } from './calls.ts';
import { RatePpm } from './quote-schema.ts';

export const taxRateId = defineId<'TaxRateId'>('tax');
export const shippingZoneId = defineId<'ShippingZoneId'>('zone');
export const promotionId = defineId<'PromotionId'>('promo');

/** What every rule carries. `requestHash` recognizes the request that made it. */
const RuleFields = {
  version: z.number().int().min(1),
  createdAt: Instant,
  updatedAt: Instant,
};

const Name = z.string().trim().min(1).max(100);
const Price = z.strictObject({ amount: z.number().int().min(0).max(1e12), currency: Currency });
const onePerCurrency = (prices: readonly { currency: string }[]) =>
  new Set(prices.map((price) => price.currency)).size === prices.length;
const Prices = z.array(Price).min(1).max(20).refine(onePerCurrency, 'names a currency twice');

/** The category of goods that are nothing special, and the fallback of every other category. */
export const STANDARD_CATEGORY = 'standard';
/** The category of shipping; without a rate of its own it is taxed as standard goods. */
export const SHIPPING_CATEGORY = 'shipping';
/** As wide as catalog's: every category that a product can have can be given a rate. */
const TaxCategory = z.string().regex(/^[a-z0-9_-]{1,64}$/, 'must be lower-case letters, digits, - and _');

/** A rate of a category in a country, or in one region of it, from an instant on (until the next one's). */
const TaxRateFields = z.strictObject({
  name: Name,
  category: TaxCategory,
  country: Country,
  region: Region.nullable(),
  ratePpm: RatePpm,
  validFrom: Instant,
});
export const TaxRateInput = TaxRateFields.extend({
  category: TaxCategory.default(STANDARD_CATEGORY),
  region: Region.nullable().default(null),
});
export const TaxRatePatch = TaxRateFields.partial();
export const TaxRate = z.object({ id: taxRateId.schema, ...TaxRateFields.shape, ...RuleFields });
export type TaxRate = z.output<typeof TaxRate>;

const ShippingMethod = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/, 'must be lower-case letters, digits and -'),
  name: Name,
  /** What it costs, flat, in each currency in which it is offered; entered with or without tax as all prices are. */
  amounts: Prices,
});

/** Countries that are shipped to alike. A country is in one zone at most. */
export const ShippingZoneInput = z.strictObject({
  name: Name,
  countries: z
    .array(Country)
    .min(1)
    .max(250)
    .refine((codes) => new Set(codes).size === codes.length, 'names a country twice'),
  methods: z
    .array(ShippingMethod)
    .max(20)
    .refine((methods) => new Set(methods.map(({ id }) => id)).size === methods.length, 'uses a method id twice'),
});
export const ShippingZonePatch = ShippingZoneInput.partial();
export const ShippingZone = z.object({ id: shippingZoneId.schema, ...ShippingZoneInput.shape, ...RuleFields });
export type ShippingZone = z.output<typeof ShippingZone>;

/** Percent of each line's total, or an amount off the whole order. */
const Discount = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('percent'), ratePpm: RatePpm.min(1) }),
  z.strictObject({ type: z.literal('fixed'), amounts: Prices }),
]);

/** A discount that its codes give. `startsAt` counts, `endsAt` does not. */
const PromotionFields = z.strictObject({
  name: Name,
  discount: Discount,
  startsAt: Instant.nullable(),
  endsAt: Instant.nullable(),
  active: z.boolean(),
});
export const PromotionInput = PromotionFields.extend({
  startsAt: Instant.nullable().default(null),
  endsAt: Instant.nullable().default(null),
  active: z.boolean().default(true),
});
export const PromotionPatch = PromotionFields.partial();
export const Promotion = z.object({ id: promotionId.schema, ...PromotionFields.shape, ...RuleFields });
export type Promotion = z.output<typeof Promotion>;

const Limit = z.number().int().min(1).max(1_000_000_000).nullable();

/** A code of a promotion: how often in all, and how often by one customer. null: no limit. */
export const CodeInput = z.strictObject({
  code: CouponCode,
  limit: Limit.default(null),
  perCustomer: Limit.default(null),
});
export const Code = z.object({
  code: CouponCode,
  limit: Limit,
  perCustomer: Limit,
  promotionId: promotionId.schema,
  /** Counted for limited codes only. */
  redeemed: z.number().int().min(0),
  createdAt: Instant,
});
export type Code = z.output<typeof Code>;

/** What pricing knows of a variant: the read model of catalog's variant events. */
export const PricedVariant = z.object({
  variantId: OpaqueId,
  productId: OpaqueId,
  sku: z.string().nullable(),
  title: z.string(),
  options: z.array(z.object({ name: z.string(), value: z.string() })),
  prices: z.array(z.object({ currency: Currency, amount: z.number().int().min(0) })),
  available: z.boolean(),
  taxCategory: z.string(),
  taxable: z.boolean(),
  weightGrams: z.number().int().min(0),
  requiresShipping: z.boolean(),
});
export type PricedVariant = z.output<typeof PricedVariant>;

export const taxRateNotFound = defineError('tax_rate_not_found', 404, 'No such tax rate');
export const shippingZoneNotFound = defineError('shipping_zone_not_found', 404, 'No such shipping zone');
export const promotionNotFound = defineError('promotion_not_found', 404, 'No such promotion');
export const countryTaken = defineError('country_taken', 409, 'The country is in another shipping zone');
export const taxRateTaken = defineError('tax_rate_taken', 409, 'There is such a tax rate from that instant on');
export const codeTaken = defineError('code_taken', 409, 'The code is in use');
export const tooManyRules = defineError('too_many_rules', 422, 'There is no room for more rules');
export const promotionEndsBeforeStart = defineError(
  'promotion_ends_before_start',
  422,
  'The promotion ends before it starts',
);
