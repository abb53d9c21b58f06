import type { Clock } from '../../lib/runtime/clock.ts';
import type { TenantCallContext } from '../../lib/runtime/step.ts';
import { failed } from './onboarding.ts';
import type { TenantStore } from './tenant-store.ts';
import { type Undone, undoStep } from './undo-step.ts';

/** Undo of the first step, the last of a rollback: the slug is free again and the tenant is gone from the list. */
export const abandonOnboarding =
  ({ tenants, now }: { readonly tenants: TenantStore; readonly now: Clock }) =>
  async (context: TenantCallContext): Promise<Undone> => {
    const release = undoStep(tenants, 'slug', async ({ tenant }, { slug, steps }) => {
      // An undo that could not be done stands in the way; the repair job begins the rollback again.
      const left = (['owner', 'usage_key', 'activation'] as const).filter(
        (step) => (steps[step] ?? 'undone') !== 'undone',
      );
      if (left.length > 0) throw new Error(`The onboarding of ${tenant} still has to undo ${left.join(', ')}`);
      await tenants.releaseSlug(slug, tenant);
      await tenants.forgetOwnerEmail(tenant);
    });
    const outcome = await release(context);
    if (outcome.status === 'undone') await tenants.change(context.tenant, (record) => failed(record, now()));
    return outcome;
  };
