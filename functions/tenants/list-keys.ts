import { decodeCursor, encodeCursor, ListQuery, pageOf } from '../../lib/runtime/cursor.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { ApiKey, toApiKey } from './key-model.ts';
import type { KeyStore } from './key-store.ts';

export const listKeysRoute = defineRoute({
  method: 'GET',
  path: '/v1/tenants/current/keys',
  summary: 'List API keys, without their secrets',
  callers: ['staff', 'secret'],
  permission: 'tenant:read',
  query: ListQuery.strict(),
  response: pageOf(ApiKey),
  status: 200,
});

export const listKeys =
  ({ keys }: { readonly keys: KeyStore }): UseCase<typeof listKeysRoute> =>
  async ({ caller, query: { limit, cursor } }) => {
    const after = cursor === undefined ? undefined : decodeCursor(caller.tenant, 'keys', cursor);
    const page = await keys.list(caller.tenant, { limit, after });
    return {
      body: {
        items: page.keys.map(toApiKey),
        next: page.last === undefined ? null : encodeCursor(caller.tenant, 'keys', page.last),
      },
    };
  };
