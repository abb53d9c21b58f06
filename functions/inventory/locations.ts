import type { TenantId } from '../../lib/runtime/tenant.ts';
import { defaultLocationOf } from './model.ts';
import type { StoredLocation } from './store.ts';

/** What a shop has before anybody changes anything: the default location. */
export const firstLocations = (tenant: TenantId): readonly StoredLocation[] => [
  {
    id: defaultLocationOf(tenant),
    name: 'Main location',
    country: null,
    priority: 0,
    isDefault: true,
    version: 1,
    createdAt: null,
    updatedAt: null,
    requestHash: '',
    used: true,
  },
];

/** The order in which stock is taken: lowest priority number first. */
export const inOrder = (locations: readonly StoredLocation[]): StoredLocation[] =>
  [...locations].sort((a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1));
