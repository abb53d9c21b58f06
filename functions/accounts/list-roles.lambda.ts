import { api } from '../../lib/runtime/api.ts';
import { listRoles, listRolesRoute } from './list-roles.ts';

export const handler = api(listRolesRoute, listRoles());
