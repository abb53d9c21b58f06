import type { ApiRoute } from '../../lib/constructs/domain-api.ts';
import type { StorageScope } from './storage-scope.ts';

/** The tenants' files: uploads, versions, downloads, usage and quotas. */
export const fileFunctions = (_: StorageScope): ApiRoute[] => [];
