import { type EventContract, eventOf, type OutgoingEvent } from '../../lib/runtime/events.ts';
import type { Change } from '../../lib/runtime/change.ts';
import { TenantCreated, TenantResumed, TenantSuspended, TenantUpdated } from './events.ts';
import { type TenantChange, TenantRecord } from './model.ts';
import { isTenantItem } from './tenant-keys.ts';

const BY_CHANGE = {
  created: TenantCreated,
  updated: TenantUpdated,
  suspended: TenantSuspended,
  resumed: TenantResumed,
} as const satisfies Readonly<Record<TenantChange, EventContract>>;

/** What a change of the tenant's record means to others: nothing, unless its version went up. */
export const toEvents = ({ tenant, before, after, expired }: Change): readonly OutgoingEvent[] => {
  if (after === undefined || expired || !isTenantItem(after)) return [];
  const now = TenantRecord.parse(after);
  const known = before === undefined ? 0 : TenantRecord.parse(before).version;
  if (now.version === known || (now.status !== 'active' && now.status !== 'suspended')) return [];
  const { tenantId, slug, name, plan, status, settings, version } = now;
  return [
    eventOf(
      BY_CHANGE[now.lastChange],
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
