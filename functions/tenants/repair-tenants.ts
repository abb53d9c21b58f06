import { type Clock, secondsAfter, toInstant } from '../../lib/runtime/clock.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { TenantCallContext } from '../../lib/runtime/step.ts';
import type { TenantRecord } from './model.ts';
import { takeOverAt } from './onboarding.ts';
import type { TenantStore } from './tenant-store.ts';
import type { Undone } from './undo-step.ts';

/** Tenants that one run looks at; what is left waits for the next, a minute later. */
const BATCH = 25;
/** Usage plans that are not deployed yet are asked for again after this time. */
const RETRY_SECONDS = 300;

type Undo = (context: TenantCallContext) => Promise<Undone>;

export interface RepairDeps {
  readonly tenants: TenantStore;
  readonly startOnboarding: (record: TenantRecord) => Promise<void>;
  readonly reconcileUsageKey: (tenant: TenantId) => Promise<'registered' | 'skipped' | 'closing'>;
  readonly withdrawOwner: Undo;
  readonly removeUsageKey: Undo;
  readonly abandonOnboarding: Undo;
  readonly now: Clock;
}

/**
 * Finishes what was left: an onboarding whose workflow ended without a verdict is started again; a tenant without its
 * usage key, or with one in another plan's, gets it; what a late step may have left of a failed onboarding is taken
 * away. Each tenant is tried by itself: one that cannot be helped now is looked at again later.
 */
export const repairTenants = (deps: RepairDeps) => {
  const { tenants, now } = deps;

  /** The next time to look, unless somebody else has set another one meanwhile. */
  const reschedule = (record: TenantRecord, dueAt: TenantRecord['dueAt']) =>
    tenants.change(record.tenantId, (current) =>
      current.dueAt !== record.dueAt || current.status !== record.status || current.plan !== record.plan
        ? current
        : { ...current, dueAt },
    );

  const startAgain = async (record: TenantRecord): Promise<void> => {
    const next = await tenants.change(record.tenantId, (current) =>
      current.attempt !== record.attempt || current.status !== record.status
        ? current
        : { ...current, attempt: current.attempt + 1, dueAt: takeOverAt(now()) },
    );
    if (next !== undefined && next.attempt === record.attempt + 1) await deps.startOnboarding(next);
  };

  const cleanUp = async (record: TenantRecord, traceId: string): Promise<void> => {
    const context = { tenant: record.tenantId, traceId };
    await deps.withdrawOwner(context);
    await deps.removeUsageKey(context);
    await deps.abandonOnboarding(context);
    await reschedule(record, null);
  };

  const repair = async (tenant: TenantId, traceId: string): Promise<void> => {
    const record = await tenants.find(tenant);
    if (record === undefined || record.dueAt === null || record.dueAt > toInstant(now())) return;
    switch (record.status) {
      case 'onboarding':
      case 'closing':
        return startAgain(record);
      case 'failed':
        return cleanUp(record, traceId);
      case 'active':
      case 'suspended': {
        const outcome = await deps.reconcileUsageKey(tenant);
        await reschedule(record, outcome === 'skipped' ? secondsAfter(now(), RETRY_SECONDS) : null);
      }
    }
  };

  return async ({ traceId }: { readonly traceId: string }) => {
    const due = await tenants.due(toInstant(now()), BATCH);
    const outcomes = await Promise.allSettled(
      due.map(async (tenant) => {
        try {
          await repair(tenant, traceId);
        } catch (error) {
          const record = await tenants.find(tenant);
          // Not at the head of the line again: one that cannot be helped must not keep the others waiting.
          if (record !== undefined) await reschedule(record, secondsAfter(now(), RETRY_SECONDS));
          throw error;
        }
      }),
    );
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    if (failures.length > 0) {
      throw new AggregateError(
        failures,
        `${failures.length} of ${due.length} tenants could not be repaired: ${failures[0]}`,
      );
    }
    return { repaired: due.length };
  };
};
