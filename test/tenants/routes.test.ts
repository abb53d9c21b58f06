import { describe, expect, it } from 'vitest';
import { createTenantRoute } from '../../functions/tenants/create-tenant.ts';
import { getCurrentTenant } from '../../functions/tenants/get-current-tenant.ts';
import { getTenant } from '../../functions/tenants/get-tenant.ts';
import { listPlans } from '../../functions/tenants/list-plans.ts';
import { listTenants } from '../../functions/tenants/list-tenants.ts';
import { resolveTenant } from '../../functions/tenants/resolve-tenant.ts';
import { resumeTenant } from '../../functions/tenants/resume-tenant.ts';
import { suspendTenant } from '../../functions/tenants/suspend-tenant.ts';
import { updateCurrentTenant, updateCurrentTenantRoute } from '../../functions/tenants/update-current-tenant.ts';
import { updateTenant } from '../../functions/tenants/update-tenant.ts';
import { toInstant } from '../../lib/runtime/clock.ts';
import { dependencyMissing } from '../../lib/runtime/errors.ts';
import { PLAN_TIERS } from '../../lib/runtime/plan-tiers.ts';
import { driveSaga } from './drive-saga.ts';
import { blank, newTenant, operator, secretKeyOf, START, tenantB, TRACE, world } from './fixtures.ts';

/** A world with one active shop. */
const withShop = async () => {
  const w = world();
  const { tenant } = await w.ask('request-1');
  await driveSaga(w, tenant);
  const deps = { tenants: w.tenants, now: w.clock.now };
  const call = { ...blank, caller: operator, params: { tenantId: tenant } };
  return { w, tenant, deps, call, own: { ...blank, caller: secretKeyOf(tenant) } };
};

describe('POST /v1/tenants', () => {
  it('records the tenant and starts its onboarding with nothing but ids', async () => {
    const w = world();
    const { body, location, tenant } = await w.ask('request-1');
    expect(body).toMatchObject({ status: 'onboarding', slug: 'alder', plan: 'starter' });
    expect(location).toBe(`/v1/tenants/${tenant}`);
    expect(JSON.stringify(w.started)).not.toContain('owner@');
  });

  it('answers a replay with the same tenant and starts what was recorded but not started', async () => {
    const w = world();
    const first = await w.ask('request-1');
    const again = await w.ask('request-1');
    expect(again).toMatchObject({ replayed: true, tenant: first.tenant });
    expect(w.started.map(({ tenantId, attempt }) => [tenantId, attempt])).toEqual([
      [first.tenant, 0],
      [first.tenant, 0],
    ]);
  });

  it('refuses a used key with another body, and a slug that another tenant holds', async () => {
    const { w } = await withShop();
    await expect(w.ask('request-1', { name: 'Other' })).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    await expect(w.ask('request-1', { slug: 'other' })).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    await expect(w.ask('request-2')).rejects.toMatchObject({ code: 'slug_taken', status: 409 });
    expect(await w.ask('request-2', { slug: 'birch' })).toMatchObject({ body: { status: 'onboarding' } });
  });

  it.each([
    ['a currency that does not exist', { currencies: ['EUX'] }],
    ['a currency twice', { currencies: ['EUR', 'EUR'] }],
    ['no currency', { currencies: [] }],
    ['a country that does not exist', { country: 'QQ' }],
    ['a union as country', { country: 'EU' }],
    ['a locale that is none', { locales: ['german'.repeat(7)] }],
    ['a locale that is not canonical', { locales: ['DE-de'] }],
    ['a time zone that does not exist', { timeZone: 'Europe/Atlantis' }],
    ['an offset as time zone', { timeZone: '+01:00' }],
    ['a slug with capitals', { slug: 'Alder' }],
    ['a slug that begins with -', { slug: '-alder' }],
    ['a key separator in the slug', { slug: 'al#der' }],
    ['an unknown plan', { plan: 'gold' }],
    ['a plan that is a member of every object', { plan: 'constructor' }],
    ['something that is no email', { ownerEmail: 'owner' }],
    ['an empty name', { name: '  ' }],
    ['an unknown field', { admin: true }],
  ])('refuses %s', (_what, change) => {
    expect(createTenantRoute.body.safeParse(newTenant).success).toBe(true);
    expect(createTenantRoute.body.safeParse({ ...newTenant, ...change }).success).toBe(false);
  });
});

describe('operators', () => {
  it('page through the tenants by slug', async () => {
    const w = world();
    for (const slug of ['cedar', 'alder', 'birch']) await driveSaga(w, (await w.ask(slug, { slug })).tenant);
    const list = listTenants(w);
    const first = await list({ ...blank, caller: operator, query: { limit: 2 } });
    expect(first.body.items.map(({ slug }) => slug)).toEqual(['alder', 'birch']);
    const cursor = first.body.next ?? undefined;
    const second = await list({ ...blank, caller: operator, query: { limit: 2, cursor } });
    expect(second.body).toMatchObject({ items: [{ slug: 'cedar' }], next: null });
  });

  it('get the invitation to hand over until it is accepted, and the tenant even when accounts cannot be asked', async () => {
    const { deps, call } = await withShop();
    const expiresAt = toInstant(START);
    const invited = getTenant({
      ...deps,
      ownerInvitation: async () => ({ status: 'pending', token: 'inv_1', expiresAt }),
    });
    expect((await invited(call)).body).toMatchObject({
      ownerStatus: 'invited',
      ownerInvitation: { token: 'inv_1', expiresAt },
    });
    const accepted = getTenant({ ...deps, ownerInvitation: async () => ({ status: 'accepted' }) });
    expect((await accepted(call)).body).toMatchObject({ ownerStatus: 'accepted', ownerInvitation: null });
    const missing = getTenant({ ...deps, ownerInvitation: () => Promise.reject(dependencyMissing('not deployed')) });
    expect((await missing(call)).body).toMatchObject({ status: 'active', ownerStatus: 'unknown' });
    const broken = getTenant({ ...deps, ownerInvitation: () => Promise.reject(new Error('a bug')) });
    await expect(broken(call)).rejects.toThrow('a bug');
  });

  it('see a failed onboarding for a week, and get 404 for what is not there', async () => {
    const w = world();
    const { tenant } = await w.ask('request-1');
    await driveSaga(w, tenant, { fail: { name: 'activate-tenant', when: 'before' } });
    const get = getTenant({ ...w, now: w.clock.now, ownerInvitation: async () => ({ status: 'none' }) });
    const call = { ...blank, caller: operator, params: { tenantId: tenant } };
    expect((await get(call)).body).toMatchObject({ status: 'failed', ownerInvitation: null });
    await expect(get({ ...call, params: { tenantId: tenantB } })).rejects.toMatchObject({ code: 'tenant_not_found' });
    w.clock.pass(7 * 24 * 3600);
    await expect(get(call)).rejects.toMatchObject({ code: 'tenant_not_found' });
  });

  it('change name and plan of the version they have read', async () => {
    const { w, tenant, deps, call } = await withShop();
    const update = updateTenant(deps);
    const renamed = await update({ ...call, body: { name: 'Alder & Sons' }, ifMatch: 1 });
    expect(renamed).toMatchObject({ body: { name: 'Alder & Sons', plan: 'starter' }, version: 2 });
    await expect(update({ ...call, body: { name: 'Late' }, ifMatch: 1 })).rejects.toMatchObject({ status: 412 });
    expect(await update({ ...call, body: { name: 'Alder & Sons' }, ifMatch: 2 })).toMatchObject({ version: 2 });

    await update({ ...call, body: { plan: 'growth' }, ifMatch: 2 });
    w.clock.pass(1);
    await w.repair();
    expect([...w.gateway.attached.values()]).toEqual(['plan-growth']);
    expect(await w.tenants.find(tenant)).toMatchObject({ usageKey: { plan: 'growth' }, dueAt: null, version: 3 });
  });

  it('suspend and resume, as often as they like', async () => {
    const { w, tenant, deps, call } = await withShop();
    const status = async () => {
      const answer = await resolveTenant(w)({ traceId: TRACE }, { tenant });
      return answer.status === 'found' ? answer.tenantStatus : answer.status;
    };
    for (const _ of [1, 2])
      expect(await suspendTenant(deps)(call)).toMatchObject({ body: { status: 'suspended' }, version: 2 });
    expect(await status()).toBe('suspended');
    for (const _ of [1, 2])
      expect(await resumeTenant(deps)(call)).toMatchObject({ body: { status: 'active' }, version: 3 });
    expect(await status()).toBe('active');
  });

  it('cannot suspend, resume or change what is not active yet', async () => {
    const w = world();
    const { tenant } = await w.ask('request-1');
    const deps = { tenants: w.tenants, now: w.clock.now };
    const call = { ...blank, caller: operator, params: { tenantId: tenant } };
    await expect(suspendTenant(deps)(call)).rejects.toMatchObject({ code: 'tenant_not_active' });
    await expect(resumeTenant(deps)(call)).rejects.toMatchObject({ code: 'tenant_not_active' });
    await expect(updateTenant(deps)({ ...call, body: { name: 'A' }, ifMatch: 0 })).rejects.toMatchObject({
      code: 'tenant_not_active',
    });
    expect(await resolveTenant(w)({ traceId: TRACE }, { tenant })).toEqual({ status: 'unknown' });
  });

  it('see the plans of the configuration', async () => {
    const answer = await listPlans()({ ...blank, caller: operator });
    expect(answer.body.items.map(({ id }) => id)).toEqual(Object.keys(PLAN_TIERS));
  });
});

describe("a shop's own settings", () => {
  it('are changed one by one, and the others stay', async () => {
    const { deps, own } = await withShop();
    const update = updateCurrentTenant(deps);
    const body = updateCurrentTenantRoute.body.parse({
      settings: { capture: 'fulfilment', currencies: ['EUR', 'CHF'] },
    });
    const changed = await update({ ...own, body, ifMatch: 1 });
    expect(changed).toMatchObject({
      version: 2,
      body: { settings: { capture: 'fulfilment', currencies: ['EUR', 'CHF'], country: 'DE', taxMode: 'inclusive' } },
    });
    expect(await getCurrentTenant(deps)(own)).toEqual(changed);
    await expect(update({ ...own, body, ifMatch: 1 })).rejects.toMatchObject({ status: 412 });
  });

  it('change nothing outside of the settings, and nobody else', async () => {
    expect(updateCurrentTenantRoute.body.safeParse({ settings: {}, plan: 'scale' }).success).toBe(false);
    expect(updateCurrentTenantRoute.body.safeParse({ settings: { rounding: 'up' } }).success).toBe(false);
    expect(updateCurrentTenantRoute.body.safeParse({ settings: { orderPrefix: 'a#' } }).success).toBe(false);
    const { deps } = await withShop();
    const foreign = { ...blank, caller: secretKeyOf(tenantB), body: { settings: { orderPrefix: 'X-' } }, ifMatch: 1 };
    await expect(updateCurrentTenant(deps)(foreign)).rejects.toMatchObject({ code: 'tenant_not_found' });
  });
});
