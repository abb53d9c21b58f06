import { expect, test } from 'vitest';
import { HeldPermissions } from '../../lib/runtime/permissions.ts';

test('a permission of a later version is left out, and takes no other with it', () => {
  expect(HeldPermissions.parse(['catalog:read', 'time-travel:write', 'orders:write'])).toEqual([
    'catalog:read',
    'orders:write',
  ]);
});
