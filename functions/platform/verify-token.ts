import { JOSEError } from 'jose/errors';
import { jwtVerify } from 'jose/jwt/verify';
import {
  ACCESS_TOKEN_ALGORITHM,
  AccessTokenClaims,
  accessTokenAudience,
  accessTokenIssuer,
} from '../../lib/runtime/access-token.ts';
import type { Clock } from '../../lib/runtime/clock.ts';
import type { KeySource } from './signing-keys.ts';

class UnknownKey extends Error {}

/**
 * The claims of a token that we signed for this stage and that has not expired; undefined for every other one. What
 * keeps us from deciding (the keys cannot be fetched) throws: it is not the caller's fault.
 */
export const verifyToken =
  ({ stage, findKey, now }: { readonly stage: string; readonly findKey: KeySource; readonly now: Clock }) =>
  async (token: string): Promise<AccessTokenClaims | undefined> => {
    try {
      const { payload } = await jwtVerify(
        token,
        async ({ kid }) => {
          const key = kid === undefined ? undefined : await findKey(kid);
          if (key === undefined) throw new UnknownKey();
          return key;
        },
        {
          algorithms: [ACCESS_TOKEN_ALGORITHM],
          issuer: accessTokenIssuer(stage),
          audience: accessTokenAudience(stage),
          requiredClaims: ['exp', 'iat'],
          currentDate: now(),
        },
      );
      return AccessTokenClaims.safeParse(payload).data;
    } catch (error) {
      if (error instanceof JOSEError || error instanceof UnknownKey) return undefined;
      throw error;
    }
  };
