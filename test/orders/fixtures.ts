import type * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { defineId } from '../../lib/runtime/ids.ts';
import { Currency } from '../../lib/runtime/money.ts';
import type { Actor, TenantCaller } from '../../lib/runtime/tenant.ts';
import { tenantId } from '../../lib/runtime/tenant.ts';
import type { LockedCart } from '../../functions/carts/calls.ts';
import type { Quote } from '../../functions/pricing/calls.ts';
import { orderId } from '../../functions/orders/model.ts';
import type { OrderEvent, OrderEventOf, PlacedFacts } from '../../functions/orders/order-event.ts';
import type { Particulars } from '../../functions/orders/particulars.ts';
import type { NewOrder } from '../../functions/orders/store.ts';

export const tenantA = tenantId.derive('a');
export const tenantB = tenantId.derive('b');
export const orderOf = (name: string) => orderId.derive(name);
export const cartOf = (name: string) => defineId('cart').derive(name);
export const variantOf = (name: string) => defineId('var').derive(name);
export const productOf = (name: string) => defineId('prod').derive(name);
export const customerOf = (name: string) => defineId('cus').derive(name);
export const paymentOf = (name: string) => defineId('pay').derive(name);
export const EUR = Currency.parse('EUR');

export const START = new Date('2026-03-01T10:00:00.000Z');
/** The instant so many seconds after the start. */
export const at = (seconds: number): Instant => Instant.parse(new Date(START.getTime() + seconds * 1000).toISOString());

export const shopper: Actor = { type: 'publishable_key', id: 'key_1' };

/** A quote of so many lines at 10.00 with 19 % inside; `total` 0 makes it a gift. */
export const quoteOf = (facts: Partial<Quote> & { readonly lineCount?: number } = {}): Quote => {
  const { lineCount = 2, ...more } = facts;
  const lines = Array.from({ length: lineCount }, (_, index) => ({
    variantId: variantOf(`v${index}`),
    productId: productOf(`p${index}`),
    sku: `SKU-${index}`,
    title: `A thing, number ${index}`,
    options: [{ name: 'Size', value: 'M' }],
    quantity: 1,
    unit: 1000,
    gross: 1000,
    discount: 0,
    net: 840,
    tax: 160,
    taxRatePpm: 190_000,
    total: 1000,
    weightGrams: 200,
    requiresShipping: true,
  }));
  const total = 1000 * lineCount;
  return {
    currency: EUR,
    taxMode: 'inclusive',
    lines,
    discounts: [],
    shipping: null,
    taxes: [{ ratePpm: 190_000, net: 840 * lineCount, tax: 160 * lineCount }],
    subtotal: total,
    discountTotal: 0,
    taxTotal: 160 * lineCount,
    total,
    limitedCodes: [],
    hash: 'hash',
    ...more,
  };
};

export const lockedCartOf = (name: string, facts: Partial<z.output<typeof LockedCart>> = {}) => ({
  cartId: cartOf(name),
  version: 1,
  currency: EUR,
  locale: 'de',
  lines: [
    { variantId: variantOf('v0'), quantity: 1 },
    { variantId: variantOf('v1'), quantity: 1 },
  ],
  email: 'ann@example.com',
  shippingAddress: { name: 'Ann', line1: 'Street 1', city: 'Berlin', country: 'DE' },
  shippingMethodId: null,
  codes: [],
  customerId: null,
  ...facts,
});

export const particulars: Particulars = {
  email: 'ann@example.com',
  shippingAddress: { name: 'Ann', line1: 'Street 1', city: 'Berlin', country: 'DE' },
  billingAddress: null,
  note: null,
  metadata: {},
};

export const placedFacts = (facts: Partial<PlacedFacts> = {}): PlacedFacts => ({
  number: 'A-10000',
  cartId: cartOf('one'),
  customerId: null,
  locale: 'de',
  codes: [],
  quote: quoteOf(),
  capture: 'now',
  provider: 'test',
  ...facts,
});

/** An event of a history, `seconds` after the start. */
export const eventOf = <Type extends OrderEvent['type']>(
  type: Type,
  data: OrderEventOf<Type>['data'],
  seconds = 0,
): { type: Type; at: Instant; actor: Actor; traceId: string; data: OrderEventOf<Type>['data'] } => ({
  type,
  at: at(seconds),
  actor: shopper,
  traceId: 'trace-1',
  data,
});

export const newOrderOf = (
  name: string,
  { seconds = 0, facts = {}, ...more }: Partial<NewOrder> & { seconds?: number; facts?: Partial<PlacedFacts> } = {},
): NewOrder => ({
  orderId: orderOf(name),
  attempt: 'attempt-1',
  requestHash: 'request-1',
  owner: { customerId: null, tokenHash: 'token-hash' },
  event: eventOf('OrderPlaced', placedFacts(facts), seconds),
  particulars,
  dueAt: new Date(at(seconds + 60)),
  ...more,
});

export const byRequest = { scope: 'scope-1', hash: 'hash-1' };

const ofTenant = {
  tenant: tenantA,
  tenantStatus: 'active' as const,
  settings: {
    country: 'DE',
    currencies: ['EUR'],
    locales: ['de'],
    timeZone: 'Europe/Berlin',
    taxMode: 'inclusive' as const,
    capture: 'now' as const,
    orderPrefix: 'A-',
  },
};
export const guest = { kind: 'publishable' as const, actorId: 'key_1', credentialId: 'key_1', ...ofTenant };
export const customer = (name: string) => ({
  kind: 'customer' as const,
  actorId: customerOf(name),
  credentialId: `session-${name}`,
  sessionId: `session-${name}`,
  ...ofTenant,
});
export const staff = {
  kind: 'secret' as const,
  actorId: 'key_2',
  credentialId: 'key_2',
  permissions: ['orders:read' as const, 'orders:write' as const],
  ...ofTenant,
};

/** What `api()` adds to every request. */
export const requestBy = <Caller extends TenantCaller>(caller: Caller, guestToken?: string) => ({
  caller,
  guestToken,
  ifMatch: undefined,
  traceId: 'trace-1',
  requestId: 'request-1',
  sourceIp: '192.0.2.1',
});
export const idempotencyOf = (key: string, requestHash = `hash of ${key}`) => ({
  key,
  scope: `scope ${key}`,
  requestHash,
});
