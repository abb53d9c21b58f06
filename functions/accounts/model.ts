import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { defineError } from '../../lib/runtime/errors.ts';
import { defineId, sha256Hex } from '../../lib/runtime/ids.ts';

export const staffId = defineId<'StaffId'>('stf');
export const StaffId = staffId.schema;
export type StaffId = z.output<typeof StaffId>;

export const customerId = defineId<'CustomerId'>('cus');
export const CustomerId = customerId.schema;
export type CustomerId = z.output<typeof CustomerId>;

export const sessionId = defineId<'SessionId'>('ses');
export const SessionId = sessionId.schema;
export type SessionId = z.output<typeof SessionId>;

/** An email address as people enter it. It is compared in lower case and Unicode's composed form. */
export const Email = z
  .string()
  .trim()
  .transform((text) => text.normalize('NFC').toLowerCase())
  .pipe(z.email('must be an email address').max(254));

/** Any characters. Upper limit: no work without end. */
export const NewPassword = z.string().min(8, 'must have 8 characters at least').max(128);
/** When logging in, nothing about a password's form is told. */
export const Password = z.string().max(128);

/**
 * What accounts are found by: a hash, so that indexes and keys hold no address. Different for each tenant, and for the
 * staff of all tenants, so that the same person cannot be recognized across them.
 */
export const emailHash = (realm: string, email: string): string => sha256Hex('email', realm, email);
/** The realm of people who work for tenants: one person may be staff of several. */
export const STAFF_REALM = 'staff';

/** The answer to a login or a refresh. */
export const Tokens = z.object({
  accessToken: z.string(),
  /** Of the access token. */
  expiresAt: Instant,
  /** Good for one refresh. */
  refreshToken: z.string(),
});
export type Tokens = z.output<typeof Tokens>;

export const RefreshBody = z.strictObject({ refreshToken: z.string().max(300) });

/** One answer for an unknown email, a wrong password and an account that may not log in. */
export const invalidCredentials = defineError('invalid_credentials', 401, 'Email or password is wrong');
export const tooManyAttempts = defineError('too_many_attempts', 429, 'Too many attempts to log in');
export const invalidRefreshToken = defineError('invalid_refresh_token', 401, 'The session has ended');
export const invalidInvitation = defineError('invalid_invitation', 401, 'The invitation is not valid');
export const tenantRequired = defineError('tenant_required', 422, 'You work for several shops');
export const customerNotFound = defineError('customer_not_found', 404, 'There is no such customer');
export const addressNotFound = defineError('address_not_found', 404, 'There is no such address');
export const tooManyAddresses = defineError('too_many_addresses', 409, 'The address book is full');
