import * as z from 'zod';
import { PublicJwk } from '../../lib/runtime/access-token.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { publishedKeys } from './key-set.ts';
import type { ReadKeySet } from './key-vault.ts';

export const getJwksRoute = defineRoute({
  method: 'GET',
  path: '/v1/accounts/.well-known/jwks.json',
  summary: 'Get the public keys of access tokens',
  callers: 'public',
  response: z.object({ keys: z.array(PublicJwk) }),
  status: 200,
});

/** The JSON Web Key Set (RFC 7517). It may be kept for five minutes; a new key is here an hour before it signs. */
export const getJwks =
  ({ readKeySet }: { readonly readKeySet: ReadKeySet }): UseCase<typeof getJwksRoute> =>
  async () => ({
    body: { keys: publishedKeys(await readKeySet()) },
    headers: { 'cache-control': 'public, max-age=300' },
  });
