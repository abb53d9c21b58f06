import * as z from 'zod';

/** Functions that need the table alone. */
export const StorageEnv = z.object({ STORAGE_TABLE: z.string() });

/** `NODE_SECRETS` is the common beginning of the names of the nodes' secrets: `cartwright/<stage>/storage/`. */
export const CreateNodeEnv = StorageEnv.extend({ NODE_SECRETS: z.string() });

/** Functions that name buckets, of which the stage is a part: stages may share a node. */
export const BucketsEnv = StorageEnv.extend({ STORAGE_STAGE: z.string() });

/** Functions that speak to nodes. */
export const NodesEnv = BucketsEnv.extend(CreateNodeEnv.shape);
