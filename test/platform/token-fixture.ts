import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import {
  ACCESS_TOKEN_ALGORITHM,
  accessTokenAudience,
  accessTokenIssuer,
  PublicJwk,
} from '../../lib/runtime/access-token.ts';
import { tenantId } from '../../lib/runtime/tenant.ts';

export const NOW = new Date('2026-03-01T12:00:00.000Z');
export const STAGE = 'dev';
export const tenant = tenantId.derive('acme');
export const CLAIMS = { sub: 'cus_1', sid: 'ses_1', tenant, kind: 'customer' };

/** A key pair with what is published of it. */
export const newKey = async (kid: string) => {
  const { privateKey, publicKey } = await generateKeyPair(ACCESS_TOKEN_ALGORITHM, { extractable: true });
  const jwk = PublicJwk.parse({ ...(await exportJWK(publicKey)), kid, alg: ACCESS_TOKEN_ALGORITHM, use: 'sig' });
  return { privateKey, jwk };
};

export interface TokenParts {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly kid?: string;
  readonly issuer?: string;
  readonly audience?: string;
  /** Seconds after NOW; null leaves `exp` out. */
  readonly expires?: number | null;
}

/** A token as accounts makes it, unless a part is changed. */
export const newToken = async (privateKey: CryptoKey, parts: TokenParts = {}): Promise<string> => {
  const seconds = Math.floor(NOW.getTime() / 1000);
  const token = new SignJWT({ ...CLAIMS, ...parts.claims })
    .setProtectedHeader({ alg: ACCESS_TOKEN_ALGORITHM, kid: parts.kid ?? 'key-1' })
    .setIssuer(parts.issuer ?? accessTokenIssuer(STAGE))
    .setAudience(parts.audience ?? accessTokenAudience(STAGE))
    .setIssuedAt(seconds - 60);
  return (parts.expires === null ? token : token.setExpirationTime(seconds + (parts.expires ?? 600))).sign(privateKey);
};

export const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
