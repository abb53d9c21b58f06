import type { Item } from '../../lib/runtime/db.ts';
import type { SystemIndexNames } from '../../lib/runtime/system-index.ts';

/** Keys of the tenants table, in one place. Items of a tenant begin `t#<tenant>#`, the system's own `s#`. */
export const TENANT_KEY = { pk: 'tenant', sk: 'meta' } as const;
/** The owner's email while onboarding needs it: the one personal datum here, in an item of its own. */
export const OWNER_KEY = { pk: 'tenant', sk: 'owner' } as const;
/** System: one item per slug, which makes slugs unique and is the list of tenants. */
export const DIRECTORY_PK = 'tenants';

export const isTenantItem = (item: Item): boolean => item['pk'] === TENANT_KEY.pk && item['sk'] === TENANT_KEY.sk;

/** System index of tenants that the repair job has to look at. */
export const DUE_INDEX = { name: 'due', partition: 'duePk', sort: 'dueSk' } as const satisfies SystemIndexNames;
export const DUE_PARTITION = 'tenants';
