import { eventOf, type OutgoingEvent } from '../../lib/runtime/events.ts';
import type { Change } from '../../lib/runtime/publish.ts';
import { TenantCreated, TenantResumed, TenantSuspended, TenantUpdated } from './events.ts';
import { TenantRecord } from './model.ts';
import { isTenantItem } from './tenant-keys.ts';

/** What a change of the tenant's record means to others: nothing, unless its version went up. */
export const toEvents = ({ tenant, before, after, expired }: Change): readonly OutgoingEvent[] => {
  if (after === undefined || expired || !isTenantItem(after)) return [];
  const now = TenantRecord.parse(after);
  const was = before === undefined ? undefined : TenantRecord.parse(before);
  if (now.version === (was?.version ?? 0) || (now.status !== 'active' && now.status !== 'suspended')) return [];
  const contract =
    now.version === 1
      ? TenantCreated
      : was?.status === now.status
        ? TenantUpdated
        : now.status === 'suspended'
          ? TenantSuspended
          : TenantResumed;
  const { tenantId, slug, name, plan, status, settings, version } = now;
  return [
    eventOf(
      contract,
      {
        tenant,
        time: now.updatedAt,
        aggregateId: tenantId,
        sequence: version,
        actor: now.actor,
        correlationId: now.traceId,
      },
      { tenantId, slug, name, plan, status, settings, version },
    ),
  ];
};
