import * as z from 'zod';
import { TenantId } from './tenant.ts';

/** The one signature algorithm that is made and accepted (RFC 8037, Ed25519). */
export const ACCESS_TOKEN_ALGORITHM = 'EdDSA';

/** How long an access token lives, in seconds. */
export const ACCESS_TOKEN_SECONDS = 15 * 60;

/** Who signs and for whom: a token of one stage is worth nothing in another. */
export const accessTokenIssuer = (stage: string): string => `urn:cartwright:${stage}:accounts`;
export const accessTokenAudience = (stage: string): string => `urn:cartwright:${stage}`;

/**
 * What an access token says beside `iss`, `aud`, `iat` and `exp`. Permissions are not in it: they are looked up when
 * the token is verified, so that a change of roles does not wait for the token's end.
 */
export const AccessTokenClaims = z.object({
  /** The staff member or the customer. */
  sub: z.string().min(1).max(100),
  sid: z.string().min(1).max(100),
  tenant: TenantId,
  kind: z.enum(['staff', 'customer']),
});
export type AccessTokenClaims = z.output<typeof AccessTokenClaims>;

/** A public key as it is published (RFC 7517). */
export const PublicJwk = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().max(100),
  kid: z.string().max(100),
  alg: z.literal(ACCESS_TOKEN_ALGORITHM),
  use: z.literal('sig'),
});
export type PublicJwk = z.output<typeof PublicJwk>;
