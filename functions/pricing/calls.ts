import * as z from 'zod';
import { defineCall } from '../../lib/runtime/call.ts';
import { Country } from '../../lib/runtime/country.ts';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { Amount, Currency } from '../../lib/runtime/money.ts';
import { Region } from '../../lib/runtime/region.ts';
import { Quote } from './quote-schema.ts';

export { Quote } from './quote-schema.ts';

/** A coupon code as shoppers type it; compared without regard to case. */
export const CouponCode = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z0-9_-]{1,40}$/, 'must be 1 to 40 letters, digits, - or _');

export const MAX_QUOTE_LINES = 500;
export const MAX_CODES = 10;

const Destination = z.object({ country: Country, region: Region.nullish() });

/** Optional members may be null, so that a workflow can pass on what it has. */
export const QuoteInput = z.object({
  currency: Currency,
  /** Where tax is due while there is no shipping address: the shop's country. */
  country: Country.nullish(),
  lines: z
    .array(z.object({ variantId: OpaqueId, quantity: z.number().int().min(1).max(10_000) }))
    .min(1)
    .max(10_000),
  codes: z.array(CouponCode).max(MAX_CODES),
  shippingAddress: Destination.nullish(),
  shippingMethodId: z.string().max(100).nullish(),
  customerId: OpaqueId.nullish(),
  taxMode: z.enum(['inclusive', 'exclusive']),
  /** At a checkout nothing may be open: lines that need shipping must have a method. */
  complete: z.boolean().optional(),
});

/** Why there is no quote. The codes are those of the problems that shoppers see. */
export const QuoteRefusal = z.enum([
  'unknown_variant',
  'variant_unavailable',
  'price_missing',
  'too_many_lines',
  'coupon_unknown',
  'coupon_not_applicable',
  'coupon_exhausted',
  'no_shipping_method',
  'total_too_large',
]);
export type QuoteRefusal = z.output<typeof QuoteRefusal>;

export const QuoteOutput = z.discriminatedUnion('status', [
  z.object({ status: z.literal('quoted'), quote: Quote }),
  z.object({
    status: z.literal('refused'),
    code: QuoteRefusal,
    detail: z.string(),
    /** The offending variants, when it is about variants. */
    variantIds: z.array(OpaqueId).optional(),
    /** The offending coupon code, when it is about one. */
    coupon: z.string().optional(),
  }),
]);
export type QuoteOutput = z.output<typeof QuoteOutput>;

/** What lines cost at this moment, with discounts, tax and shipping. Reads only. */
export const QuoteCall = defineCall('pricing', 'quote', QuoteInput, QuoteOutput);

/** The flat rates that ship to an address. */
export const ListShippingMethods = defineCall(
  'pricing',
  'list-shipping-methods',
  z.object({ currency: Currency, shippingAddress: Destination }),
  z.object({ methods: z.array(z.object({ id: z.string(), name: z.string(), amount: Amount })) }),
);

/** Counts the limited codes of an order as used: all or none, once per order. `customerKey` is a hash, never an email. */
export const Redeem = defineCall(
  'pricing',
  'redeem',
  z.object({
    orderId: OpaqueId,
    codes: z.array(CouponCode).max(MAX_CODES),
    customerKey: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/),
  }),
  z.discriminatedUnion('status', [
    z.object({ status: z.literal('redeemed') }),
    z.object({ status: z.literal('exhausted'), code: z.string() }),
    z.object({ status: z.literal('closed') }),
  ]),
  7000,
);

/** Gives an order's redemptions back; where there are none, a late redemption is refused from then on. */
export const Unredeem = defineCall(
  'pricing',
  'unredeem',
  z.object({ orderId: OpaqueId }),
  z.object({ status: z.literal('released') }),
  7000,
);
