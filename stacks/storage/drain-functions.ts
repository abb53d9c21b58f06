import type { ApiRoute } from '../../lib/constructs/domain-api.ts';
import type { StorageScope } from './storage-scope.ts';

/** Ways to emptiness: drains with their moves, retirement, orphan reports, purges. */
export const drainFunctions = (_: StorageScope): ApiRoute[] => [];
