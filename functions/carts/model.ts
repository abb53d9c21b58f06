import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { defineError } from '../../lib/runtime/errors.ts';
import { defineId, OpaqueId } from '../../lib/runtime/ids.ts';
import { Currency } from '../../lib/runtime/money.ts';
import { CouponCode, MAX_CODES, Quote } from '../pricing/calls.ts';
import { Address, KnownAddress, CartLine } from './calls.ts';

export const cartId = defineId<'CartId'>('cart');

export const MAX_CART_LINES = 500;
export const MAX_QUANTITY = 10_000;
/** A cart is forgotten so long after its last change. */
export const CART_DAYS = 30;

export const Email = z.email('must be an email address').max(254);
export const Locale = z
  .string()
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a BCP 47 language tag, like en-GB');
export const MethodId = z.string().regex(/^[a-z0-9-]{1,40}$/, "must be the id of one of the cart's shipping methods");

/**
 * A cart as it is kept. `open`: the shopper fills it. `ordering`: locked by the order `orderId`. `ordered`: it became that
 * order. `merged`: its lines went into the cart `mergedInto`.
 */
export const Cart = z.object({
  id: cartId.schema,
  version: z.number().int().min(1),
  status: z.enum(['open', 'ordering', 'ordered', 'merged']),
  orderId: OpaqueId.nullable(),
  /** When `orderId` locked it. */
  lockedAt: Instant.nullable(),
  mergedInto: cartId.schema.nullable(),
  /** Orders that were refused: none of them can lock the cart again, however late it tries. */
  refused: z.array(OpaqueId),
  currency: Currency,
  locale: z.string(),
  lines: z.array(CartLine),
  email: z.string().nullable(),
  shippingAddress: KnownAddress.nullable(),
  shippingMethodId: z.string().nullable(),
  codes: z.array(z.string()),
  customerId: OpaqueId.nullable(),
  /** null: only the customer may use it. */
  guestTokenHash: z.string().nullable(),
  requestHash: z.string(),
  createdAt: Instant,
  updatedAt: Instant,
  expiresAt: Instant,
});
export type Cart = z.output<typeof Cart>;

export const NewCart = z.strictObject({
  currency: Currency,
  locale: Locale,
  lines: z.array(z.strictObject(CartLine.shape)).max(MAX_CART_LINES).optional(),
  email: Email.optional(),
  shippingAddress: Address.optional(),
  shippingMethodId: MethodId.optional(),
  codes: z.array(CouponCode).max(MAX_CODES).optional(),
});
export type NewCart = z.output<typeof NewCart>;

/** Why there is no quote at the moment; the cart can be mended by its shopper. */
const Problem = z.object({
  code: z.string(),
  detail: z.string(),
  variantIds: z.array(OpaqueId).optional(),
  coupon: z.string().optional(),
});

/** A cart as its shopper sees it, with what it costs now. An empty cart has neither quote nor problem. */
export const CartView = Cart.pick({
  id: true,
  version: true,
  status: true,
  currency: true,
  locale: true,
  lines: true,
  email: true,
  shippingAddress: true,
  shippingMethodId: true,
  codes: true,
  customerId: true,
  createdAt: true,
  updatedAt: true,
  expiresAt: true,
}).extend({ quote: Quote.nullable(), problem: Problem.nullable() });
export type CartView = z.input<typeof CartView>;

export const cartNotFound = defineError('cart_not_found', 404, 'No such cart');
export const cartClosed = defineError('cart_closed', 409, 'The cart takes no more changes');
export const tooManyLines = defineError('too_many_lines', 422, 'The cart has too many lines');
export const quantityTooLarge = defineError('quantity_too_large', 422, 'The quantity is too large');
export const lineNotFound = defineError('line_not_found', 422, 'The cart has no such line');
export const tooManyCodes = defineError('too_many_codes', 422, 'The cart has too many codes');
export const currencyDiffers = defineError('currency_differs', 422, 'The carts have different currencies');
