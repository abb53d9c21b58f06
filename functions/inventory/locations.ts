import type { TenantId } from '../../lib/runtime/tenant.ts';
import { versionMismatch } from '../../lib/runtime/errors.ts';
import { defaultLocationOf, locationNotFound } from './model.ts';
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

/** @throws location_not_found (404), version_mismatch (412) when If-Match names another version */
export const locationForChange = (
  all: readonly StoredLocation[],
  id: string,
  ifMatch: number | undefined,
): StoredLocation => {
  const location = all.find((candidate) => candidate.id === id);
  if (location === undefined) throw locationNotFound(`No location has the id ${id}.`);
  if (ifMatch === undefined || ifMatch === location.version) return location;
  throw versionMismatch(`The location has the version ${location.version} now. Read it again and repeat your change.`);
};
