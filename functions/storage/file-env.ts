import * as z from 'zod';
import { StorageEnv } from './env.ts';

/** Functions that speak to nodes for a tenant: `NODE_SECRETS` is what the names of the nodes' secrets begin with. */
export const FilesOnNodesEnv = StorageEnv.extend({ NODE_SECRETS: z.string() });

/** Functions that also reserve space. */
export const NewFilesEnv = FilesOnNodesEnv.extend({ RESERVE_FUNCTION: z.string() });

export const UploadFromUrlEnv = StorageEnv.extend({ FETCH_QUEUE: z.string() });
