import * as z from 'zod';
import { PublicJwk } from '../../lib/runtime/access-token.ts';
import { defineCall } from '../../lib/runtime/call.ts';
import { HeldPermissions } from '../../lib/runtime/permissions.ts';
import { Instant } from '../../lib/runtime/clock.ts';

/** Does this session still stand, and what may its holder do now? Of the tenant that the verified token names. */
export const VerifySession = defineCall(
  'accounts',
  'verify-session',
  z.object({ sessionId: z.string().max(100), actorId: z.string().max(100), kind: z.enum(['staff', 'customer']) }),
  z.discriminatedUnion('status', [
    z.object({ status: z.literal('active'), actorId: z.string(), permissions: HeldPermissions }),
    z.object({ status: z.literal('ended') }),
  ]),
);

/** The public keys with which access tokens are verified: those that sign now, will soon, or did lately. */
export const SigningKeys = defineCall('accounts', 'signing-keys', z.object({}), z.object({ keys: z.array(PublicJwk) }));

/** Makes a tenant's first staff member, invited and with the role owner. The same again changes nothing. */
export const CreateOwner = defineCall(
  'accounts',
  'create-owner',
  z.object({ email: z.email().max(254), name: z.string().min(1).max(200).optional() }),
  z.discriminatedUnion('status', [
    z.object({ status: z.literal('created'), staffId: z.string() }),
    /** `remove-owner` came first. */
    z.object({ status: z.literal('closed') }),
  ]),
);

/** Takes the owner away again, or sees to it that a `create-owner` which is only late creates nothing. */
export const RemoveOwner = defineCall(
  'accounts',
  'remove-owner',
  z.object({}),
  z.object({ status: z.literal('removed') }),
);

/** The credential with which the owner sets a password: made anew by each call, kept nowhere. */
export const OwnerInvitation = defineCall(
  'accounts',
  'owner-invitation',
  z.object({}),
  z.discriminatedUnion('status', [
    z.object({ status: z.literal('pending'), token: z.string(), expiresAt: Instant }),
    z.object({ status: z.literal('accepted') }),
    z.object({ status: z.literal('none') }),
  ]),
);
