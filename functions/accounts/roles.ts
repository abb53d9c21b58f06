import * as z from 'zod';
import { Permission, PERMISSIONS } from '../../lib/runtime/permissions.ts';

/** Roles are lists of permissions, kept as data. Somebody with several has the permissions of all. */
const PERMISSIONS_BY_ROLE = {
  owner: PERMISSIONS,
  admin: PERMISSIONS.filter((permission) => permission !== 'staff:write'),
  catalog: [
    'catalog:read',
    'catalog:write',
    'inventory:read',
    'inventory:write',
    'pricing:read',
    'pricing:write',
    'storage:read',
    'storage:write',
  ],
  fulfilment: ['catalog:read', 'inventory:read', 'inventory:write', 'orders:read', 'orders:write'],
  support: ['customers:read', 'customers:write', 'catalog:read', 'orders:read', 'orders:write', 'payments:read'],
} as const satisfies Readonly<Record<string, readonly Permission[]>>;

export const RoleName = z.enum(['owner', 'admin', 'catalog', 'fulfilment', 'support']);
export type RoleName = z.output<typeof RoleName>;

export const Role = z.object({ id: RoleName, permissions: z.array(Permission) });

export const ROLES: readonly z.output<typeof Role>[] = RoleName.options.map((id) => ({
  id,
  permissions: [...PERMISSIONS_BY_ROLE[id]],
}));

/** The permissions of all of these roles, each once, in the order of `PERMISSIONS`. */
export const permissionsOf = (roles: readonly RoleName[]): Permission[] => {
  const granted = new Set<Permission>(roles.flatMap((role) => PERMISSIONS_BY_ROLE[role]));
  return PERMISSIONS.filter((permission) => granted.has(permission));
};
