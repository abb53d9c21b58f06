import type { DynamoDb } from '../../lib/runtime/clients/dynamodb.ts';
import { byIndex } from '../../lib/runtime/system-index.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { FileId } from './ids.ts';
import { fileKey, PUBLIC } from './keys.ts';

/** Whose a public file is, by the index over all tenants. */
export const publicOwners = (client: DynamoDb, table: string): ((id: FileId) => Promise<TenantId | undefined>) => {
  const find = byIndex(client, table, PUBLIC);
  return async (id) => {
    const found = await find(id, { upTo: '~', limit: 2 });
    return found.find(({ key }) => key.pk === fileKey(id).pk)?.tenant;
  };
};
