import { type Clock, secondsAfter, toInstant } from '../../lib/runtime/clock.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { TenantRecord } from './model.ts';
import { takeOverAt } from './onboarding.ts';
import type { TenantStore } from './tenant-store.ts';

/** Tenants that one run looks at; what is left waits for the next, a minute later. */
const BATCH = 25;
/** Usage plans that are not deployed yet are asked for again after this time. */
const RETRY_SECONDS = 300;

export interface RepairDeps {
  readonly tenants: TenantStore;
  readonly startOnboarding: (record: TenantRecord) => Promise<void>;
  readonly reconcileUsageKey: (tenant: TenantId) => Promise<'registered' | 'skipped' | 'closing'>;
  readonly now: Clock;
}

/**
 * Finishes what was left: an onboarding whose workflow ended without a verdict is started again; so is, once, one that
 * failed, to undo what a step may have left that was only late; a tenant without its usage key, or with one in another
 * plan's, gets it. Each tenant is tried by itself: one that cannot be helped now is looked at again later.
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
        : { ...current, attempt: current.attempt + 1, dueAt: record.status === 'failed' ? null : takeOverAt(now()) },
    );
    if (next !== undefined && next.attempt === record.attempt + 1) await deps.startOnboarding(next);
  };

  const repair = async (tenant: TenantId): Promise<void> => {
    const record = await tenants.find(tenant);
    if (record === undefined || record.dueAt === null || record.dueAt > toInstant(now())) return;
    switch (record.status) {
      case 'onboarding':
      case 'closing':
      case 'failed':
        return startAgain(record);
      case 'active':
      case 'suspended': {
        const outcome = await deps.reconcileUsageKey(tenant);
        await reschedule(record, outcome === 'skipped' ? secondsAfter(now(), RETRY_SECONDS) : null);
      }
    }
  };

  return async () => {
    const due = await tenants.due(toInstant(now()), BATCH);
    const outcomes = await Promise.allSettled(
      due.map(async (tenant) => {
        try {
          await repair(tenant);
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
