import type * as z from 'zod';
import type { Instant } from '../../lib/runtime/clock.ts';
import { sha256Hex } from '../../lib/runtime/ids.ts';
import type { QuoteInput, QuoteOutput } from './calls.ts';
import { type AppliedCode, discountsOf, findCodes } from './discounts.ts';
import { type Code, type PricedVariant, SHIPPING_CATEGORY } from './model.ts';
import type { Quote } from './quote-schema.ts';
import type { Rules } from './rules.ts';
import { methodsFor } from './shipping.ts';
import { type Destination, rateFor, taxed, taxSummary } from './taxes.ts';

type Request = z.output<typeof QuoteInput>;
type Refused = Extract<QuoteOutput, { status: 'refused' }>;

/** Everything that a quote depends on besides the request. */
export interface QuoteFacts {
  readonly rules: Rules;
  readonly variants: ReadonlyMap<string, PricedVariant>;
  readonly codes: ReadonlyMap<string, Code>;
  readonly at: Instant;
}

const MAX_AMOUNT = 1e12;

/** Equal variants are one line, at the place of the first. */
export const mergeLines = (lines: Request['lines']): Request['lines'] => {
  const merged = new Map<string, number>();
  for (const { variantId, quantity } of lines) merged.set(variantId, (merged.get(variantId) ?? 0) + quantity);
  return [...merged].map(([variantId, quantity]) => ({ variantId, quantity }));
};

interface PricedLine {
  readonly variant: PricedVariant;
  readonly quantity: number;
  readonly unit: number;
  readonly gross: number;
}

const priceLines = (request: Request, facts: QuoteFacts): readonly PricedLine[] | Refused => {
  const missing: Record<'unknown_variant' | 'variant_unavailable' | 'price_missing', string[]> = {
    unknown_variant: [],
    variant_unavailable: [],
    price_missing: [],
  };
  const priced = mergeLines(request.lines).flatMap(({ variantId, quantity }): PricedLine[] => {
    const variant = facts.variants.get(variantId);
    const unit = variant?.prices.find((price) => price.currency === request.currency)?.amount;
    if (variant === undefined) missing.unknown_variant.push(variantId);
    else if (!variant.available) missing.variant_unavailable.push(variantId);
    else if (unit === undefined) missing.price_missing.push(variantId);
    else return [{ variant, quantity, unit, gross: unit * quantity }];
    return [];
  });
  const refuse = (code: keyof typeof missing, detail: string): Refused => ({
    status: 'refused',
    code,
    detail,
    variantIds: missing[code],
  });
  if (missing.unknown_variant.length > 0) return refuse('unknown_variant', 'The shop has no such variants.');
  if (missing.variant_unavailable.length > 0) return refuse('variant_unavailable', 'These variants are not on sale.');
  if (missing.price_missing.length > 0) {
    return refuse('price_missing', `These variants have no price in ${request.currency}.`);
  }
  return priced;
};

const shippingOf = (
  request: Request,
  facts: QuoteFacts,
  destination: Destination | null,
  needed: boolean,
): { readonly status: 'found'; readonly shipping: Quote['shipping'] } | Refused => {
  const methodId = request.shippingMethodId ?? null;
  if (!needed) return { status: 'found', shipping: null };
  if (methodId === null) {
    if (request.complete !== true) return { status: 'found', shipping: null };
    return { status: 'refused', code: 'no_shipping_method', detail: 'Choose a shipping address and method first.' };
  }
  const method = methodsFor(facts.rules.shippingZones, destination, request.currency).find(({ id }) => id === methodId);
  if (method === undefined || (request.complete === true && (request.shippingAddress ?? null) === null)) {
    const where = destination === null ? 'without an address' : `to ${destination.country} in ${request.currency}`;
    return {
      status: 'refused',
      code: 'no_shipping_method',
      detail: `The shop does not ship by ${methodId} ${where}. Ask for the cart's shipping methods.`,
    };
  }
  const taxRatePpm = rateFor(facts.rules.taxRates, SHIPPING_CATEGORY, destination, facts.at);
  const { net, tax, total } = taxed(method.amount, taxRatePpm, request.taxMode);
  return { status: 'found', shipping: { methodId: method.id, name: method.name, gross: total, net, tax, taxRatePpm } };
};

const isLimited = ({ code }: AppliedCode): boolean => code.limit !== null || code.perCustomer !== null;
const sum = (amounts: readonly number[]): number => amounts.reduce((all, amount) => all + amount, 0);

/**
 * What the lines cost: pure, in integers, every figure rounded at most once. Line = unit x quantity; percent discounts on the
 * line's total, order discounts spread by largest remainder; tax per line on the discounted line; totals are sums.
 */
export const computeQuote = (request: Request, facts: QuoteFacts): QuoteOutput => {
  const priced = priceLines(request, facts);
  if ('status' in priced) return priced;
  if (priced.some(({ gross }) => gross > MAX_AMOUNT) || sum(priced.map(({ gross }) => gross)) > MAX_AMOUNT) {
    return {
      status: 'refused',
      code: 'total_too_large',
      detail: 'The total is larger than what can be ordered at once.',
    };
  }
  const found = findCodes(request.codes, facts.codes, facts.rules.promotions, request.currency, facts.at);
  if (found.status === 'refused') return found;
  const destination: Destination | null =
    request.shippingAddress ?? ((request.country ?? null) === null ? null : { country: request.country ?? '' });
  const discounts = discountsOf(
    priced.map(({ gross }) => gross),
    found.applied,
    request.currency,
  );
  const lines = priced.map(({ variant, quantity, unit, gross }, index): Quote['lines'][number] => {
    const discount = discounts.perLine[index] ?? 0;
    const taxRatePpm = variant.taxable ? rateFor(facts.rules.taxRates, variant.taxCategory, destination, facts.at) : 0;
    const { net, tax, total } = taxed(gross - discount, taxRatePpm, request.taxMode);
    const { variantId, productId, sku, title, options, weightGrams, requiresShipping } = variant;
    const what = { variantId, productId, sku, title, options, weightGrams, requiresShipping };
    return { ...what, quantity, unit, gross, discount, net, tax, taxRatePpm, total };
  });
  const needed = lines.some((line) => line.requiresShipping);
  const ships = shippingOf(request, facts, destination, needed);
  if (ships.status === 'refused') return ships;
  const { shipping } = ships;
  const parts = shipping === null ? lines : [...lines, shipping];
  const total = sum(lines.map((line) => line.total)) + (shipping?.gross ?? 0);
  if (total > MAX_AMOUNT) {
    return {
      status: 'refused',
      code: 'total_too_large',
      detail: 'The total is larger than what can be ordered at once.',
    };
  }
  const quote: Omit<Quote, 'hash'> = {
    currency: request.currency,
    taxMode: request.taxMode,
    lines,
    discounts: discounts.perCode,
    shipping,
    taxes: taxSummary(parts),
    subtotal: sum(lines.map((line) => line.gross)),
    discountTotal: sum(lines.map((line) => line.discount)),
    taxTotal: sum(parts.map((part) => part.tax)),
    total,
    limitedCodes: found.applied.filter(isLimited).map(({ code }) => code.code),
  };
  return { status: 'quoted', quote: { ...quote, hash: sha256Hex(JSON.stringify(quote)).slice(0, 32) } };
};
