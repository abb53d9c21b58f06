import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { OpenFileStore } from './file-store.ts';
import type { OpenNode } from './node-client.ts';
import type { StorageNode } from './node.ts';

/** Makes sure that the tenant's bucket is on the node. */
export type EnsureBucket = (tenant: TenantId, node: StorageNode, bucket: string) => Promise<void>;

/** So many buckets an instance remembers without asking; then it begins anew. */
const MAX_KNOWN = 10_000;

/** Asks the node once for each bucket: what it said is kept in the tenant's items, and in the instance. */
export const bucketEnsurer = (files: OpenFileStore, openNode: OpenNode): EnsureBucket => {
  const known = new Set<string>();
  return async (tenant, node, bucket) => {
    if (known.has(bucket)) return;
    const store = files(tenant);
    if (!(await store.knowsBucket(node.id))) {
      await openNode(node).ensureBucket(bucket);
      await store.rememberBucket(node.id, bucket);
    }
    if (known.size >= MAX_KNOWN) known.clear();
    known.add(bucket);
  };
};
