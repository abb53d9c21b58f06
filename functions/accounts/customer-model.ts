import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { defineId } from '../../lib/runtime/ids.ts';
import { Address } from '../carts/calls.ts';
import { CustomerId, Email, NewPassword } from './model.ts';

export const addressId = defineId<'AddressId'>('adr');
export const AddressId = addressId.schema;
export type AddressId = z.output<typeof AddressId>;

/** Fewer than would make the customer's one item large. */
export const MAX_ADDRESSES = 20;

/** An address of the address book: as carts and checkouts take it, with an id. */
export const SavedAddress = Address.extend({ id: AddressId });
export type SavedAddress = z.output<typeof SavedAddress>;

/** A customer's account, without anything personal. */
export const CustomerAccount = z.object({
  customerId: CustomerId,
  status: z.literal('active'),
  epoch: z.number().int(),
  createdAt: Instant,
});
export type CustomerAccount = z.output<typeof CustomerAccount>;

/** Everything personal about a customer: one item, so that it can be erased. */
export const CustomerPerson = z.object({
  customerId: CustomerId,
  email: z.string(),
  name: z.string().nullable(),
  locale: z.string().nullable(),
  addresses: z.array(SavedAddress.extend({ requestHash: z.string() })),
  version: z.number().int(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type CustomerPerson = z.output<typeof CustomerPerson>;

/** How a customer logs in, found by the hash of the email. */
export const CustomerLogin = z.object({ customerId: CustomerId, passwordHash: z.string() });
export type CustomerLogin = z.output<typeof CustomerLogin>;

const Name = z.string().trim().min(1).max(200);
const Locale = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/, 'must be a language tag, like en or de-CH');

export const Registration = z.strictObject({
  email: Email,
  password: NewPassword,
  name: Name.optional(),
  locale: Locale.optional(),
});
export const MePatch = z.strictObject({ name: Name.nullable(), locale: Locale.nullable() }).partial();

const Fields = Address.shape;
/** A merge patch: null takes an optional part away. */
export const AddressPatch = z
  .strictObject({
    name: Fields.name,
    company: Fields.company.unwrap().nullable(),
    line1: Fields.line1,
    line2: Fields.line2.unwrap().nullable(),
    city: Fields.city,
    region: Fields.region.unwrap().nullable(),
    postalCode: Fields.postalCode.unwrap().nullable(),
    country: Fields.country,
    phone: Fields.phone.unwrap().nullable(),
  })
  .partial();

/** A customer's own view. */
export const Me = CustomerPerson.pick({
  email: true,
  name: true,
  locale: true,
  createdAt: true,
  updatedAt: true,
}).extend({ id: CustomerId });
export const toMe = ({
  customerId,
  email,
  name,
  locale,
  createdAt,
  updatedAt,
}: CustomerPerson): z.input<typeof Me> => ({
  id: customerId,
  email,
  name,
  locale,
  createdAt,
  updatedAt,
});

export const toSavedAddress = ({ requestHash: _, ...address }: CustomerPerson['addresses'][number]): SavedAddress =>
  address;
