import type { Callable } from '../../lib/runtime/call.ts';
import type { RemoveOwner } from '../accounts/calls.ts';
import type { TenantStore } from './tenant-store.ts';
import { undoStep } from './undo-step.ts';

export interface WithdrawOwnerDeps {
  readonly tenants: TenantStore;
  readonly removeOwner: Callable<typeof RemoveOwner>;
}

/** Undo of the second step: no staff member is left. */
export const withdrawOwner = ({ tenants, removeOwner }: WithdrawOwnerDeps) =>
  undoStep(tenants, 'owner', async (context) => {
    await removeOwner(context, {});
  });
