import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { KeyId } from './key-model.ts';
import type { KeyStore } from './key-store.ts';
import { keyNotFound } from './model.ts';

export const revokeKeyRoute = defineRoute({
  method: 'DELETE',
  path: '/v1/tenants/current/keys/{keyId}',
  summary: 'Revoke an API key',
  callers: ['staff', 'secret'],
  permission: 'keys:write',
  params: z.strictObject({ keyId: KeyId }),
  status: 204,
  errors: [keyNotFound],
});

/** Revokes a key for good: refused everywhere within 60 s. */
export const revokeKey =
  ({ keys }: { readonly keys: KeyStore }): UseCase<typeof revokeKeyRoute> =>
  async ({ caller, params }) => {
    const record = await keys.find(caller.tenant, params.keyId);
    if (record === undefined) throw keyNotFound(`No key has the id ${params.keyId}.`);
    await keys.remove(caller.tenant, record);
    return { body: undefined };
  };
