import * as z from 'zod';
import { Instant } from '../../lib/runtime/clock.ts';
import { decodeCursor, encodeCursor, ListQuery, pageOf } from '../../lib/runtime/cursor.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { StaffId } from './model.ts';
import { RoleName } from './roles.ts';
import type { StaffStore } from './staff-store.ts';

const StaffMember = z.object({
  id: StaffId,
  email: z.string().nullable(),
  name: z.string().nullable(),
  roles: z.array(RoleName),
  status: z.enum(['invited', 'active']),
  createdAt: Instant,
});

export const listStaffRoute = defineRoute({
  method: 'GET',
  path: '/v1/accounts/staff',
  summary: 'List staff members',
  callers: ['staff', 'secret'],
  permission: 'staff:read',
  query: ListQuery.strict(),
  response: pageOf(StaffMember),
  status: 200,
});

export const listStaff =
  ({ staff }: { readonly staff: StaffStore }): UseCase<typeof listStaffRoute> =>
  async ({ caller, query: { limit, cursor } }) => {
    const after = cursor === undefined ? undefined : decodeCursor(caller.tenant, 'staff', cursor);
    const page = await staff.list(caller.tenant, { limit, after });
    return {
      body: {
        items: page.staff.flatMap(({ record: { staffId, status, roles, createdAt }, person }) =>
          status === 'removed'
            ? []
            : [{ id: staffId, email: person?.email ?? null, name: person?.name ?? null, roles, status, createdAt }],
        ),
        next: page.last === undefined ? null : encodeCursor(caller.tenant, 'staff', page.last),
      },
    };
  };
