import { Instant } from '../../lib/runtime/clock.ts';
import { defineId } from '../../lib/runtime/ids.ts';
import { Currency } from '../../lib/runtime/money.ts';
import type { Callable } from '../../lib/runtime/call.ts';
import { type TenantId, tenantId, type TenantSettings } from '../../lib/runtime/tenant.ts';
import { hashCartToken } from '../../functions/carts/calls.ts';
import { type Cart, cartId } from '../../functions/carts/model.ts';
import type { QuoteCall, QuoteOutput } from '../../functions/pricing/calls.ts';

export const tenantA: TenantId = tenantId.derive('a');
export const tenantB: TenantId = tenantId.derive('b');
export const NOW = Instant.parse('2026-06-01T12:00:00.000Z');
export const LATER = Instant.parse('2026-07-01T12:00:00.000Z');

/** A valid id for a short name. */
export const idOf = (prefix: string, name: string): string => defineId<'Any'>(prefix).derive(name);
export const variantOf = (name: string): string => idOf('var', name);
export const orderOf = (name: string): string => idOf('ord', name);

export const TOKEN = 'the-guests-token';
export const address = { name: 'Ada', line1: 'Street 1', city: 'Berlin', postalCode: '10115', country: 'DE' };

/** An open, complete guest's cart with two lines. */
export const cartOf = (name: string, facts: Partial<Cart> = {}): Cart => ({
  id: cartId.derive(name),
  version: 1,
  status: 'open',
  orderId: null,
  mergedInto: null,
  lockedAt: null,
  refused: [],
  currency: Currency.parse('EUR'),
  locale: 'de',
  lines: [
    { variantId: variantOf('a'), quantity: 1 },
    { variantId: variantOf('b'), quantity: 2 },
  ],
  email: 'ada@example.com',
  shippingAddress: address,
  shippingMethodId: 'standard',
  codes: [],
  customerId: null,
  guestTokenHash: hashCartToken(TOKEN),
  requestHash: 'hash',
  createdAt: NOW,
  updatedAt: NOW,
  expiresAt: LATER,
  ...facts,
});

export const settings: TenantSettings = {
  country: 'DE',
  currencies: ['EUR'],
  locales: ['de'],
  timeZone: 'Europe/Berlin',
  taxMode: 'inclusive',
  capture: 'now',
  orderPrefix: 'A-',
};
const ofTenant = { credentialId: 'cred', tenantStatus: 'active' as const, settings };
export const guest = { kind: 'publishable' as const, actorId: 'pk', tenant: tenantA, ...ofTenant };
export const customer = {
  kind: 'customer' as const,
  actorId: idOf('cus', 'ada'),
  sessionId: 's',
  tenant: tenantA,
  ...ofTenant,
};

/** Parts of a request that are the same in every test. */
export const rest = {
  params: undefined,
  query: undefined,
  body: undefined,
  idempotency: undefined,
  ifMatch: undefined,
  guestToken: undefined,
  traceId: 'trace',
  requestId: 'request',
  sourceIp: '127.0.0.1',
};
export const idempotencyOf = (key: string, requestHash = 'hash') => ({ key, scope: `scope-${key}`, requestHash });

/** Prices everything alike: 100 a piece. */
export const askHundred: Callable<typeof QuoteCall> = async (_context, input): Promise<QuoteOutput> => {
  const pieces = input.lines.reduce((sum, line) => sum + line.quantity, 0);
  return {
    status: 'quoted',
    quote: {
      currency: Currency.parse(input.currency),
      taxMode: input.taxMode,
      lines: [],
      discounts: [],
      shipping: null,
      taxes: [],
      subtotal: 100 * pieces,
      discountTotal: 0,
      taxTotal: 0,
      total: 100 * pieces,
      limitedCodes: [],
      hash: String(pieces),
    },
  };
};
