import * as z from 'zod';
import { defineCall } from '../../lib/runtime/call.ts';
import { Instant } from '../../lib/runtime/clock.ts';
import { Country } from '../../lib/runtime/country.ts';
import { OpaqueId, sha256Hex } from '../../lib/runtime/ids.ts';
import { Currency } from '../../lib/runtime/money.ts';
import { Region } from '../../lib/runtime/region.ts';
import { MAX_CODES } from '../pricing/calls.ts';

/** A postal address. Personal data: it never enters an event or a log. */
export const Address = z.strictObject({
  name: z.string().trim().min(1).max(100),
  company: z.string().trim().min(1).max(100).optional(),
  line1: z.string().trim().min(1).max(200),
  line2: z.string().trim().min(1).max(200).optional(),
  city: z.string().trim().min(1).max(100),
  region: Region.optional(),
  postalCode: z.string().trim().min(1).max(20).optional(),
  country: Country,
  phone: z
    .string()
    .trim()
    .regex(/^\+?[0-9 ()-]{3,30}$/)
    .optional(),
});
export type Address = z.output<typeof Address>;
/** An address that was taken in before: by a version, perhaps, that knew more of it. */
export const KnownAddress = z.object(Address.shape);

export const CartLine = z.object({ variantId: OpaqueId, quantity: z.number().int().min(1).max(10_000) });
export type CartLine = z.output<typeof CartLine>;

/** What is kept of a guest's Cart-Token. */
export const hashCartToken = (token: string): string => sha256Hex('cart-token', token);

/** A cart as an order is made of it. Every member is there, so that a workflow can pass it on. */
export const LockedCart = z.object({
  cartId: OpaqueId,
  version: z.number().int().min(1),
  currency: Currency,
  locale: z.string(),
  lines: z.array(CartLine).min(1),
  email: z.string(),
  shippingAddress: KnownAddress.nullable(),
  shippingMethodId: z.string().nullable(),
  codes: z.array(z.string()).max(MAX_CODES),
  customerId: OpaqueId.nullable(),
});
export type LockedCart = z.output<typeof LockedCart>;

/**
 * Locks a cart for an order, once or again for the same one. Who asks proves it by the guest token's hash or as the cart's
 * customer; `asStaff` is for staff and secret keys only. With none of the three there is no such cart.
 */
export const Lock = defineCall(
  'carts',
  'lock',
  z.object({
    cartId: OpaqueId,
    orderId: OpaqueId,
    guestTokenHash: z.string().max(100).nullish(),
    customerId: OpaqueId.nullish(),
    asStaff: z.boolean().nullish(),
    /** The version that the shopper saw, if it was said. */
    version: z.number().int().min(1).nullish(),
  }),
  z.discriminatedUnion('status', [
    z.object({ status: z.literal('locked'), cart: LockedCart }),
    z.object({
      status: z.literal('refused'),
      code: z.enum(['cart_not_found', 'cart_closed', 'cart_changed', 'cart_incomplete']),
      detail: z.string(),
      /** The order that holds a `cart_closed` cart, and since when, while it is not yet ordered. */
      lockedBy: OpaqueId.optional(),
      lockedAt: Instant.optional(),
    }),
  ]),
);

/** Opens the cart again after a refusal; a lock for that order that is only late is refused from then on. */
export const Unlock = defineCall(
  'carts',
  'unlock',
  z.object({ cartId: OpaqueId, orderId: OpaqueId }),
  z.object({ status: z.literal('unlocked') }),
);
