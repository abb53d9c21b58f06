import * as z from 'zod';

/**
 * Everything that a staff member or a secret key can be allowed to do. Roles are lists of these, kept as data; a route
 * names the one that it needs.
 */
export const PERMISSIONS = [
  'tenant:read',
  'tenant:write',
  'keys:write',
  'staff:read',
  'staff:write',
  'customers:read',
  'customers:write',
  'catalog:read',
  'catalog:write',
  'inventory:read',
  'inventory:write',
  'pricing:read',
  'pricing:write',
  'orders:read',
  'orders:write',
  'payments:read',
  'payments:write',
  'storage:read',
  'storage:write',
] as const;

export const Permission = z.enum(PERMISSIONS);
export type Permission = z.output<typeof Permission>;

const isPermission = (name: unknown): name is Permission => Permission.safeParse(name).success;

/**
 * The permissions that somebody holds, as another function or an item says them. Those that this version does not know are
 * left out: a domain that was deployed later may grant more, and its users must not be locked out by the ones before it.
 * The catalogue of calls knows the elements as anything, for the same reason.
 */
export const HeldPermissions = z
  .array(z.string())
  .transform((names) => names.filter(isPermission))
  .pipe(z.array(z.custom<Permission>(isPermission)));
