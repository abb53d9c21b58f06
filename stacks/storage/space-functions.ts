import type { ApiRoute } from '../../lib/constructs/domain-api.ts';
import type { StorageScope } from './storage-scope.ts';

/** Space and its upkeep: the selector, the sweep, what is collected. */
export const spaceFunctions = (_: StorageScope): ApiRoute[] => [];
