import { SignJWT } from 'jose/jwt/sign';
import {
  ACCESS_TOKEN_ALGORITHM,
  ACCESS_TOKEN_SECONDS,
  type AccessTokenClaims,
  accessTokenAudience,
  accessTokenIssuer,
} from '../../lib/runtime/access-token.ts';
import { type Clock, type Instant, secondsAfter } from '../../lib/runtime/clock.ts';
import { keyThatSigns } from './key-set.ts';
import type { ReadKeySet } from './key-vault.ts';

/** Signs access tokens, as use cases see it. */
export type SignAccessToken = (
  claims: AccessTokenClaims,
) => Promise<{ readonly token: string; readonly expiresAt: Instant }>;

export interface SignAccessTokenDeps {
  readonly stage: string;
  readonly readKeySet: ReadKeySet;
  readonly now: Clock;
}

/** Signs an access token for 15 minutes with the key that signs now. */
export const signAccessToken =
  ({ stage, readKeySet, now }: SignAccessTokenDeps): SignAccessToken =>
  async ({ sub, ...claims }) => {
    const at = now();
    const { kid, x, d } = keyThatSigns(await readKeySet(), at);
    const seconds = Math.floor(at.getTime() / 1000);
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: ACCESS_TOKEN_ALGORITHM, kid })
      .setSubject(sub)
      .setIssuer(accessTokenIssuer(stage))
      .setAudience(accessTokenAudience(stage))
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + ACCESS_TOKEN_SECONDS)
      .sign({ kty: 'OKP', crv: 'Ed25519', x, d });
    return { token, expiresAt: secondsAfter(new Date(seconds * 1000), ACCESS_TOKEN_SECONDS) };
  };
