import type * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import type { TenantCallContext } from '../../lib/runtime/step.ts';
import type { RemoveOwner } from './calls.ts';
import { ownerIdOf } from './create-owner.ts';
import type { StaffStore } from './staff-store.ts';

/** Undo of `create-owner`. Where there is no owner it leaves a mark, so that one who comes late does not stay. */
export const removeOwner =
  ({ staff, now }: { readonly staff: StaffStore; readonly now: Clock }) =>
  async ({ tenant }: TenantCallContext): Promise<z.input<typeof RemoveOwner.output>> => {
    await staff.remove(tenant, ownerIdOf(tenant), toInstant(now()));
    return { status: 'removed' };
  };
