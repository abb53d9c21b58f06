import { decodeCursor, encodeCursor, ListQuery, pageOf } from '../../lib/runtime/cursor.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Tenant } from './model.ts';
import type { TenantStore } from './tenant-store.ts';
import { toTenant } from './tenant-view.ts';

export const listTenantsRoute = defineRoute({
  method: 'GET',
  path: '/v1/tenants',
  summary: 'List tenants by slug',
  callers: ['operator'],
  query: ListQuery.strict(),
  response: pageOf(Tenant),
  status: 200,
});

/** The cursor's binding where there is no tenant. */
const OPERATOR = 'operator';

/** Tenants by slug: those that are active, suspended, or at work. An onboarding that failed left nothing here. */
export const listTenants =
  ({ tenants }: { readonly tenants: TenantStore }): UseCase<typeof listTenantsRoute> =>
  async ({ query: { limit, cursor } }) => {
    const after = cursor === undefined ? undefined : decodeCursor(OPERATOR, 'tenants', cursor);
    const page = await tenants.list({ limit, after });
    const records = await Promise.all(page.tenants.map((tenant) => tenants.find(tenant)));
    return {
      body: {
        items: records.flatMap((record) =>
          record === undefined || record.status === 'failed' ? [] : [toTenant(record)],
        ),
        next: page.last === undefined ? null : encodeCursor(OPERATOR, 'tenants', page.last),
      },
    };
  };
