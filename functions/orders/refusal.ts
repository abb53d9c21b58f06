import * as z from 'zod';
import {
  type AppError,
  defineError,
  type ErrorFactory,
  internalError,
  temporarilyUnavailable,
} from '../../lib/runtime/errors.ts';
import { OpaqueId } from '../../lib/runtime/ids.ts';
import { ShortLine } from '../inventory/calls.ts';
import { Quote } from '../pricing/calls.ts';

const cartNotFound = defineError('cart_not_found', 404, 'There is no such cart');
const cartClosed = defineError('cart_closed', 409, 'The cart takes no more orders');
const cartChanged = defineError('cart_changed', 409, 'The cart was changed meanwhile');
const cartIncomplete = defineError('cart_incomplete', 409, 'The cart is not ready to be ordered');
const totalChanged = defineError('total_changed', 409, 'The total is not the expected one');
const unknownVariant = defineError('unknown_variant', 409, 'A variant is not known');
const variantUnavailable = defineError('variant_unavailable', 409, 'A variant is not for sale');
const priceMissing = defineError('price_missing', 409, 'A variant has no price in this currency');
const couponUnknown = defineError('coupon_unknown', 409, 'There is no such coupon');
const couponNotApplicable = defineError('coupon_not_applicable', 409, 'A coupon does not apply');
const couponExhausted = defineError('coupon_exhausted', 409, 'A coupon is used up');
const noShippingMethod = defineError('no_shipping_method', 409, 'Nothing ships to this address by that method');
const outOfStock = defineError('out_of_stock', 409, 'Not enough in stock');
const tooManyLines = defineError('too_many_lines', 422, 'The cart has too many lines');
const totalTooLarge = defineError('total_too_large', 422, 'The total is too large');
const paymentMissing = defineError('payment_missing', 422, 'A payment is needed');
const paymentDeclined = defineError('payment_declined', 402, 'The payment was declined');
const authenticationRequired = defineError('authentication_required', 402, 'The payment needs authentication');
const checkoutFailed = defineError('checkout_failed', 409, 'The checkout could not be finished');

const FACTORIES = [
  cartNotFound,
  cartClosed,
  cartChanged,
  cartIncomplete,
  totalChanged,
  unknownVariant,
  variantUnavailable,
  priceMissing,
  couponUnknown,
  couponNotApplicable,
  couponExhausted,
  noShippingMethod,
  outOfStock,
  tooManyLines,
  totalTooLarge,
  paymentMissing,
  paymentDeclined,
  authenticationRequired,
  checkoutFailed,
  temporarilyUnavailable,
] as const;
const byCode: ReadonlyMap<string, ErrorFactory> = new Map(FACTORIES.map((factory) => [factory.code, factory]));

/** Every code that a refused checkout can have, for the route's documentation. */
export const CHECKOUT_REFUSALS: readonly ErrorFactory[] = FACTORIES;

/** Why a checkout was refused, as it is kept with the order and told again on a replay. */
export const Refusal = z.object({
  code: z.string(),
  detail: z.string(),
  /** Of `out_of_stock`. */
  lines: z.array(ShortLine).optional(),
  /** Of `total_changed`: what it costs now. */
  quote: Quote.optional(),
  variantIds: z.array(OpaqueId).optional(),
  coupon: z.string().optional(),
  /** The provider's reason for `payment_declined`. */
  declineCode: z.string().optional(),
  /** Seconds, of `temporarily_unavailable`. */
  retryAfter: z.number().optional(),
});
export type Refusal = z.output<typeof Refusal>;

/** The refusal as the problem that the client gets. */
export const refusalProblem = ({ code, detail, retryAfter, ...extensions }: Refusal): AppError => {
  const factory = byCode.get(code) ?? internalError;
  return factory(detail, { extensions, ...(retryAfter === undefined ? {} : { retryAfter }) });
};

/** A checkout that ended by a fault, or for a reason that is nobody's business. Nothing is charged. */
export const failedCheckout: Refusal = {
  code: checkoutFailed.code,
  detail: 'A part of the system did not answer. Nothing was charged; begin a new checkout with a new Idempotency-Key.',
};

/** What the steps refuse with; everything is optional because each step has its own members. */
const StepRefusal = z.object({
  status: z.string(),
  code: z.string().optional(),
  detail: z.string().optional(),
  lines: z.array(ShortLine).optional(),
  variantIds: z.array(OpaqueId).optional(),
  coupon: z.string().optional(),
  retryAfter: z.number().optional(),
});

/**
 * The refusal of the shopper for a step's refusal.
 * @param quote the result of the pricing step, if there was one
 */
export const refusalOf = (step: string, result: unknown, quote: unknown): Refusal => {
  const parsed = StepRefusal.safeParse(result);
  if (!parsed.success) return failedCheckout;
  const { status, code, detail = '', lines, variantIds, coupon, retryAfter } = parsed.data;
  if (step === 'lock' || step === 'quote') {
    if (code === undefined || !byCode.has(code)) return failedCheckout;
    return {
      code,
      detail,
      ...(variantIds === undefined ? {} : { variantIds }),
      ...(coupon === undefined ? {} : { coupon }),
    };
  }
  const known = REFUSALS[`${step}.${status}`];
  if (known === undefined) return failedCheckout;
  switch (status) {
    case 'out_of_stock':
      return lines === undefined ? known : { ...known, lines };
    case 'total_changed': {
      const current = z.object({ quote: Quote }).safeParse(quote);
      return current.success ? { ...known, quote: current.data.quote } : known;
    }
    case 'exhausted':
      return code === undefined ? known : { ...known, coupon: code };
    case 'declined':
      if (retryAfter !== undefined) return { ...providerUnavailable, retryAfter };
      return { ...known, ...(detail === '' ? {} : { detail }), ...(code === undefined ? {} : { declineCode: code }) };
    default:
      return known;
  }
};

const providerUnavailable: Refusal = {
  code: temporarilyUnavailable.code,
  detail:
    'The payment provider does not answer at present, so nothing was ordered or charged. Wait for the time in Retry-After, then begin a new checkout with a new Idempotency-Key.',
};

const REFUSALS: Readonly<Record<string, Refusal>> = {
  'place.total_changed': {
    code: totalChanged.code,
    detail: 'The cart does not cost what was expected. Show the new quote to the shopper and check out again with it.',
  },
  'place.payment_missing': {
    code: paymentMissing.code,
    detail: 'There is something to pay: say how, in payment.',
  },
  'redeem.exhausted': {
    code: couponExhausted.code,
    detail: 'The coupon was used up meanwhile. Take it out of the cart and check out again.',
  },
  'reserve.out_of_stock': {
    code: outOfStock.code,
    detail: 'Not everything is in stock any more; see lines.',
  },
  'reserve.too_many_lines': {
    code: tooManyLines.code,
    detail: 'An order takes 500 different variants at most.',
  },
  'authorize.declined': {
    code: paymentDeclined.code,
    detail: 'The payment was declined. Try again with another means of payment.',
  },
  'authorize.authentication_required': {
    code: authenticationRequired.code,
    detail: "The shopper's bank wants to authenticate this payment, which is not supported. Use another card.",
  },
};
