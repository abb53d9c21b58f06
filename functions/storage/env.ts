import * as z from 'zod';

/** Functions that need the table alone. */
export const StorageEnv = z.object({ STORAGE_TABLE: z.string() });

/** Functions that speak to nodes. */
export const NodesEnv = StorageEnv.extend({
  /** The common beginning of the names of the nodes' secrets: `cartwright/<stage>/storage/`. */
  NODE_SECRETS: z.string(),
  /** The stage is a part of the names of buckets: stages may share a node. */
  STORAGE_STAGE: z.string(),
});
