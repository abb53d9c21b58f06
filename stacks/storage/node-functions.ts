import type { ApiRoute } from '../../lib/constructs/domain-api.ts';
import type { StorageScope } from './storage-scope.ts';

/** The storage nodes: what operators do with them, and what watches them. */
export const nodeFunctions = (_: StorageScope): ApiRoute[] => [];
