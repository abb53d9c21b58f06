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
