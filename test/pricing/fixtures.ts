import { Instant } from '../../lib/runtime/clock.ts';
import { defineId } from '../../lib/runtime/ids.ts';
import { Currency } from '../../lib/runtime/money.ts';
import { type TenantId, tenantId } from '../../lib/runtime/tenant.ts';
import type * as z from 'zod';
import { QuoteInput } from '../../functions/pricing/calls.ts';
import {
  type Code,
  type PricedVariant,
  promotionId,
  shippingZoneId,
  taxRateId,
} from '../../functions/pricing/model.ts';
import { NO_RULES, type Rules } from '../../functions/pricing/rules.ts';

export const AT = Instant.parse('2026-06-01T12:00:00.000Z');
export const tenantA: TenantId = tenantId.derive('a');
export const tenantB: TenantId = tenantId.derive('b');

/** A valid id of a variant for a short name. */
export const variantIdOf = (name: string): string => defineId<'Any'>('var').derive(name);

export const variant = (
  name: string,
  prices: Readonly<Record<string, number>>,
  facts: Partial<PricedVariant> = {},
): PricedVariant => ({
  variantId: variantIdOf(name),
  productId: defineId<'Any'>('prod').derive(name),
  sku: name.toUpperCase(),
  title: `The ${name}`,
  options: [],
  prices: Object.entries(prices).map(([currency, amount]) => ({ currency: Currency.parse(currency), amount })),
  available: true,
  taxCategory: 'standard',
  taxable: true,
  weightGrams: 100,
  requiresShipping: true,
  ...facts,
});

const times = { version: 1, requestHash: 'x', createdAt: AT, updatedAt: AT };

export const taxRate = (
  country: string,
  ratePpm: number,
  facts: Partial<Rules['taxRates'][number]> = {},
): Rules['taxRates'][number] => ({
  id: taxRateId.derive(country, String(ratePpm), JSON.stringify(facts)),
  name: `${country} ${ratePpm}`,
  category: 'standard',
  country,
  region: null,
  ratePpm,
  validFrom: Instant.parse('2020-01-01T00:00:00.000Z'),
  ...times,
  ...facts,
});

export const zone = (
  countries: string[],
  methods: Readonly<Record<string, Readonly<Record<string, number>>>>,
): Rules['shippingZones'][number] => ({
  id: shippingZoneId.derive(...countries),
  name: countries.join(),
  countries,
  methods: Object.entries(methods).map(([id, amounts]) => ({
    id,
    name: `By ${id}`,
    amounts: Object.entries(amounts).map(([currency, amount]) => ({ currency: Currency.parse(currency), amount })),
  })),
  ...times,
});

export const promotion = (
  name: string,
  discount: number | Readonly<Record<string, number>>,
  facts: Partial<Rules['promotions'][number]> = {},
): Rules['promotions'][number] => ({
  id: promotionId.derive(name),
  name,
  discount:
    typeof discount === 'number'
      ? { type: 'percent', ratePpm: discount }
      : {
          type: 'fixed',
          amounts: Object.entries(discount).map(([currency, amount]) => ({
            currency: Currency.parse(currency),
            amount,
          })),
        },
  startsAt: null,
  endsAt: null,
  active: true,
  ...times,
  ...facts,
});

/** A code with the name of its promotion. */
export const codeOf = (
  promoted: Rules['promotions'][number],
  facts: Partial<Pick<Code, 'code' | 'limit' | 'perCustomer' | 'redeemed'>> = {},
): Code => ({
  code: promoted.name,
  promotionId: promoted.id,
  limit: null,
  perCustomer: null,
  redeemed: 0,
  createdAt: AT,
  ...facts,
});

export const rulesOf = (rules: Partial<Rules>): Rules => ({ ...NO_RULES, version: 1, ...rules });

type Asked = Partial<z.input<typeof QuoteInput>> & { readonly lines: z.input<typeof QuoteInput>['lines'] };
export const asked = (input: Asked): z.output<typeof QuoteInput> =>
  QuoteInput.parse({ currency: 'EUR', country: 'DE', codes: [], taxMode: 'inclusive', ...input });
