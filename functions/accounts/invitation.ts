import { timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { type Instant, toInstant } from '../../lib/runtime/clock.ts';
import { TenantId } from '../../lib/runtime/tenant.ts';
import { type KeySet, seal } from './key-set.ts';
import { StaffId } from './model.ts';
import type { StaffRecord } from './staff-store.ts';

/** Seconds that a token is good for, from when it was shown. Another look makes another one. */
const LIFETIME_SECONDS = 72 * 3600;
const PREFIX = 'inv_';

const InvitationToken = z.object({
  tenant: TenantId,
  staffId: StaffId,
  expires: z.string().regex(/^[1-9][0-9]{0,11}$/),
  seal: z.string().max(100),
});
export type InvitationToken = z.output<typeof InvitationToken>;

const sealOf = (set: KeySet, tenant: string, staffId: string, expires: string, nonce: string): Buffer =>
  seal(set, 'invitation', tenant, staffId, expires, nonce);

/**
 * A token with which an invited person sets a password. It proves itself by a keyed hash over what it says and the
 * invitation's nonce, so it is kept nowhere: neither the table nor a log has anything that could be used in its place.
 */
export const invitationToken = (
  set: KeySet,
  tenant: TenantId,
  { staffId, nonce }: Pick<StaffRecord, 'staffId' | 'nonce'>,
  now: Date,
): { token: string; expiresAt: Instant } => {
  const seconds = Math.floor(now.getTime() / 1000) + LIFETIME_SECONDS;
  const proof = sealOf(set, tenant, staffId, String(seconds), nonce).toString('base64url');
  return {
    token: PREFIX + [tenant, staffId, seconds, proof].join('.'),
    expiresAt: toInstant(new Date(seconds * 1000)),
  };
};

/** What a token says, if it is well-formed and has not expired. Not verified yet. */
export const readInvitation = (token: string, now: Date): InvitationToken | undefined => {
  if (!token.startsWith(PREFIX)) return undefined;
  const [tenant, staffId, expires, proof, ...rest] = token.slice(PREFIX.length).split('.');
  if (rest.length > 0) return undefined;
  const { data } = InvitationToken.safeParse({ tenant, staffId, expires, seal: proof });
  return data !== undefined && Number(data.expires) * 1000 > now.getTime() ? data : undefined;
};

/** Was the token made by us, for this invitation? */
export const provesInvitation = (set: KeySet, token: InvitationToken, nonce: string): boolean => {
  const expected = sealOf(set, token.tenant, token.staffId, token.expires, nonce);
  const actual = Buffer.from(token.seal, 'base64url');
  return actual.length === expected.length && timingSafeEqual(actual, expected);
};
