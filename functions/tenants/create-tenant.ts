import { assertSameRequest } from '../../lib/runtime/api.ts';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { actorOf, tenantId } from '../../lib/runtime/tenant.ts';
import { NewTenant, slugTaken, Tenant, type TenantRecord } from './model.ts';
import { takeOverAt } from './onboarding.ts';
import { FIRST_SETTINGS } from './settings.ts';
import type { TenantStore } from './tenant-store.ts';
import { toTenant } from './tenant-view.ts';

export const createTenantRoute = defineRoute({
  method: 'POST',
  path: '/v1/tenants',
  summary: 'Onboard a tenant',
  callers: ['operator'],
  idempotency: 'required',
  body: NewTenant,
  response: Tenant,
  status: 202,
  errors: [slugTaken],
});

export interface CreateTenantDeps {
  readonly tenants: TenantStore;
  /** Starts the onboarding of a tenant; that it was started already is fine. */
  readonly startOnboarding: (record: TenantRecord) => Promise<void>;
  readonly now: Clock;
}

/**
 * Records the tenant and starts its onboarding. The id comes from the Idempotency-Key, so the record is the memory of
 * the request; a replay also starts what an earlier try recorded and could not start.
 */
export const createTenant =
  ({ tenants, startOnboarding, now }: CreateTenantDeps): UseCase<typeof createTenantRoute> =>
  async ({ caller, body, idempotency, traceId }) => {
    const id = tenantId.derive(idempotency.scope);
    const location = `/v1/tenants/${id}`;
    const replay = async (record: TenantRecord) => {
      assertSameRequest(record.requestHash, idempotency);
      if (record.status === 'onboarding' && record.attempt === 0) await startOnboarding(record);
      return { body: toTenant(record), location, replayed: true };
    };
    const earlier = await tenants.find(id);
    if (earlier !== undefined) return replay(earlier);

    // Certain only at the step that claims the slug; said here already, where somebody waits for the answer.
    if ((await tenants.slugHolder(body.slug)) !== undefined) {
      throw slugTaken(`The slug ${body.slug} belongs to another tenant. Choose another one.`);
    }
    const { name, slug, plan, ownerEmail, ...settings } = body;
    const at = now();
    const record: TenantRecord = {
      tenantId: id,
      name,
      slug,
      plan,
      status: 'onboarding',
      settings: { ...FIRST_SETTINGS, ...settings },
      version: 0,
      lastChange: 'created',
      revision: 0,
      steps: {},
      failure: null,
      attempt: 0,
      usageKey: null,
      dueAt: takeOverAt(at),
      expiresAt: null,
      requestHash: idempotency.requestHash,
      createdAt: toInstant(at),
      updatedAt: toInstant(at),
      actor: actorOf(caller),
      traceId,
    };
    const existing = await tenants.create(record, ownerEmail);
    if (existing !== undefined) return replay(existing);
    await startOnboarding(record);
    return { body: toTenant(record), location };
  };
