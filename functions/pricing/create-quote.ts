import * as z from 'zod';
import { Country } from '../../lib/runtime/country.ts';
import { defineError } from '../../lib/runtime/errors.ts';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { Currency } from '../../lib/runtime/money.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Region } from '../../lib/runtime/region.ts';
import { CouponCode, MAX_CODES, MAX_QUOTE_LINES, Quote, type QuoteRefusal } from './calls.ts';
import { quote, type QuoteDeps } from './quote.ts';

/** One error for each reason why there is no quote; the code is the reason. */
export const quoteRefusals = {
  unknown_variant: defineError('unknown_variant', 422, 'No such variant'),
  variant_unavailable: defineError('variant_unavailable', 422, 'The variant is not on sale'),
  price_missing: defineError('price_missing', 422, 'There is no price in this currency'),
  too_many_lines: defineError('too_many_lines', 422, 'There are too many lines'),
  coupon_unknown: defineError('coupon_unknown', 422, 'The code is not valid'),
  coupon_not_applicable: defineError('coupon_not_applicable', 422, 'The code does not apply'),
  coupon_exhausted: defineError('coupon_exhausted', 409, 'The code has been used up'),
  no_shipping_method: defineError('no_shipping_method', 422, 'The shop does not ship so'),
  total_too_large: defineError('total_too_large', 422, 'The total is too large'),
} satisfies Record<QuoteRefusal, ReturnType<typeof defineError>>;

export const createQuoteRoute = defineRoute({
  method: 'POST',
  path: '/v1/pricing/quotes',
  summary: 'Say what lines would cost',
  callers: ['publishable', 'staff', 'secret'],
  permission: 'pricing:read',
  body: z.strictObject({
    context: z.strictObject({
      currency: Currency,
      /** Where tax is due without a shipping address; the shop's country if not said. */
      country: Country.optional(),
    }),
    lines: z
      .array(z.strictObject({ variantId: OpaqueId, quantity: z.number().int().min(1).max(10_000) }))
      .min(1)
      .max(MAX_QUOTE_LINES),
    codes: z.array(CouponCode).max(MAX_CODES).optional(),
    shippingAddress: z.strictObject({ country: Country, region: Region.optional() }).optional(),
    shippingMethodId: z.string().max(100).optional(),
  }),
  response: Quote,
  status: 200,
  errors: Object.values(quoteRefusals),
});

export const createQuote = (deps: QuoteDeps): UseCase<typeof createQuoteRoute> => {
  const ask = quote(deps);
  return async ({ caller, body }) => {
    const { context, lines, codes, shippingAddress, shippingMethodId } = body;
    const answer = await ask(caller, {
      currency: context.currency,
      country: context.country ?? caller.settings.country,
      lines,
      codes: codes ?? [],
      shippingAddress,
      shippingMethodId,
      taxMode: caller.settings.taxMode,
    });
    if (answer.status === 'quoted') return { body: answer.quote };
    const { code, detail, variantIds, coupon } = answer;
    throw quoteRefusals[code](detail, {
      extensions: { ...(variantIds && { variantIds }), ...(coupon !== undefined && { coupon }) },
    });
  };
};
