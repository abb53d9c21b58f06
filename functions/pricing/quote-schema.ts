import * as z from 'zod';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { Amount, Currency } from '../../lib/runtime/money.ts';

/** A tax rate in parts per million: 19 % is 190000. */
export const RatePpm = z.number().int().min(0).max(1_000_000);

/**
 * A line's money, all in minor units. `gross` = unit x quantity as priced; `discount` is its share of all discounts;
 * `net` + `tax` = `total`. With inclusive prices total = gross - discount, with exclusive ones net = gross - discount.
 */
const QuoteLine = z.object({
  variantId: OpaqueId,
  productId: OpaqueId,
  sku: z.string().nullable(),
  title: z.string(),
  options: z.array(z.object({ name: z.string(), value: z.string() })),
  quantity: z.number().int().min(1),
  unit: Amount,
  gross: Amount,
  discount: Amount,
  net: Amount,
  tax: Amount,
  taxRatePpm: RatePpm,
  total: Amount,
  weightGrams: z.number().int().min(0),
  requiresShipping: z.boolean(),
});

/** Shipping as it is paid: `gross` = `net` + `tax`. */
const QuoteShipping = z.object({
  methodId: z.string(),
  name: z.string(),
  gross: Amount,
  net: Amount,
  tax: Amount,
  taxRatePpm: RatePpm,
});

/**
 * What a cart costs. `subtotal` is the sum of the lines' gross, `discountTotal` of their discounts, `taxTotal` of all taxes
 * (lines and shipping), `total` of what is to be paid. `hash` is equal for equal quotes.
 */
export const Quote = z.object({
  currency: Currency,
  taxMode: z.enum(['inclusive', 'exclusive']),
  lines: z.array(QuoteLine),
  discounts: z.array(z.object({ code: z.string(), promotionId: OpaqueId, amount: Amount })),
  shipping: QuoteShipping.nullable(),
  taxes: z.array(z.object({ ratePpm: RatePpm, net: Amount, tax: Amount })),
  subtotal: Amount,
  discountTotal: Amount,
  taxTotal: Amount,
  total: Amount,
  /** The codes that must be redeemed when this becomes an order, because they are limited. */
  limitedCodes: z.array(z.string()),
  hash: z.string(),
});
export type Quote = z.output<typeof Quote>;
