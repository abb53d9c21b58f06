import * as z from 'zod';

/** Functions that need the table alone. */
export const StorageEnv = z.object({ STORAGE_TABLE: z.string() });

/** Functions that speak to nodes: `NODE_SECRETS` is the common beginning of the names of their secrets. */
export const NodesEnv = StorageEnv.extend({ NODE_SECRETS: z.string() });
