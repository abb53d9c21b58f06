import type { TenantCallContext } from '../../lib/runtime/step.ts';
import { closing, stepUndone } from './onboarding.ts';
import type { StepName, TenantRecord } from './model.ts';
import type { TenantStore } from './tenant-store.ts';

export interface Undone {
  readonly status: 'undone' | 'kept';
}

/**
 * What every undo of onboarding has in common: the tenant begins to close, then the effect is taken back, then that is
 * noted. A tenant that became active is kept as it is: the verdict of its last step was lost, not its work.
 */
export const undoStep =
  (tenants: TenantStore, step: StepName, undo: (context: TenantCallContext, record: TenantRecord) => Promise<void>) =>
  async (context: TenantCallContext): Promise<Undone> => {
    const record = await tenants.change(context.tenant, (current) => closing(current));
    if (record === undefined) return { status: 'undone' };
    if (record.status === 'active' || record.status === 'suspended') return { status: 'kept' };
    await undo(context, record);
    await tenants.change(context.tenant, (current) => stepUndone(current, step));
    return { status: 'undone' };
  };
