import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { Role, ROLES } from './roles.ts';

export const listRolesRoute = defineRoute({
  method: 'GET',
  path: '/v1/accounts/roles',
  summary: 'List the roles that staff members can have',
  callers: ['staff', 'secret'],
  permission: 'staff:read',
  response: z.object({ items: z.array(Role), next: z.null() }),
  status: 200,
});

/** Roles are few: one page. */
export const listRoles = (): UseCase<typeof listRolesRoute> => async () => ({
  body: { items: [...ROLES], next: null },
});
