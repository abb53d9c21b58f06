import { describe, expect, it } from 'vitest';
import { ownerIdOf } from '../../functions/accounts/create-owner.ts';
import { listTenants } from '../../functions/tenants/list-tenants.ts';
import { ONBOARDING } from '../../functions/tenants/onboarding.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { driveSaga, Killed, type Weather } from './drive-saga.ts';
import { blank, operator, TRACE, world, type World } from './fixtures.ts';

/**
 * What a careless onboarding gets wrong, and is looked for here: a second run makes a second owner or key; a rollback
 * that is interrupted is never finished, or is taken for an onboarding that goes on; a step that was only late lands
 * after its undo; a lost answer of the last step takes an active shop away; a listing shows half a shop.
 */
const begin = async (): Promise<{ w: World; tenant: TenantId }> => {
  const w = world();
  const { tenant } = await w.ask('request-1');
  return { w, tenant };
};

const listed = async (w: World): Promise<readonly { slug: string; status: string }[]> => {
  const answer = await listTenants(w)({ ...blank, caller: operator, query: { limit: 100 } });
  return answer.body.items;
};

const expectShop = async (w: World, tenant: TenantId): Promise<void> => {
  expect(await listed(w)).toMatchObject([{ slug: 'alder', status: 'active' }]);
  expect(await w.tenants.find(tenant)).toMatchObject({ status: 'active', version: 1, usageKey: { plan: 'starter' } });
  expect((await w.staff.list(tenant, { limit: 10 })).staff).toMatchObject([
    { record: { status: 'invited', roles: ['owner'] }, person: { email: 'owner@alder.example' } },
  ]);
  expect([...w.gateway.keys.values()].map(({ name }) => name)).toEqual([tenant]);
  expect([...w.gateway.attached.values()]).toEqual(['plan-starter']);
  expect(await w.tenants.ownerEmail(tenant)).toBeUndefined();
};

const expectNothing = async (w: World, tenant: TenantId): Promise<void> => {
  expect(await listed(w)).toEqual([]);
  expect(await w.tenants.slugHolder('alder')).toBeUndefined();
  expect(await w.tenants.ownerEmail(tenant)).toBeUndefined();
  expect((await w.staff.find(tenant, ownerIdOf(tenant)))?.status ?? 'removed').toBe('removed');
  expect((await w.staff.list(tenant, { limit: 10 })).staff.map(({ person }) => person)).not.toContainEqual(
    expect.anything(),
  );
  expect(w.gateway.keys.size).toBe(0);
  expect(w.gateway.attached.size).toBe(0);
  expect(await w.tenants.find(tenant)).toMatchObject({ status: 'failed', usageKey: null });
};

/** The machine is killed after `calls`; what the repair job then starts runs to its end. */
const killThenRepair = async (w: World, tenant: TenantId, weather: Weather): Promise<void> => {
  await expect(driveSaga(w, tenant, weather)).rejects.toThrow(Killed);
  w.clock.pass(181);
  await w.repair();
  expect(w.started).toHaveLength(2);
  await driveSaga(w, tenant, weather.fail === undefined ? {} : { fail: weather.fail });
};

const doCalls = ['claim-slug', 'invite-owner', 'register-usage-key', 'activate-tenant'] as const;

describe('onboarding', () => {
  it('has the steps that are broken here in every way', () => {
    expect(ONBOARDING.map(({ run }) => run.name)).toEqual(doCalls);
  });

  it('makes a shop with its owner and its usage key, and appears in the list', async () => {
    const { w, tenant } = await begin();
    expect(await driveSaga(w, tenant)).toBe('completed');
    await expectShop(w, tenant);
  });

  it.each([0, 1, 2, 3, 4])('that is killed after %i of 4 steps is resumed', async (calls) => {
    const { w, tenant } = await begin();
    if (calls < 4) await killThenRepair(w, tenant, { calls });
    else await driveSaga(w, tenant, { calls });
    await expectShop(w, tenant);
  });

  it.each([1, 2, 3, 4])('of which each step is done twice is the same after %i steps', async (steps) => {
    const { w, tenant } = await begin();
    for (const name of doCalls.slice(0, steps)) await w.functions[name]({ tenant, traceId: TRACE });
    expect(await driveSaga(w, tenant)).toBe('completed');
    expect(await driveSaga(w, tenant)).toBe('completed');
    await expectShop(w, tenant);
  });

  const failures = doCalls.flatMap((name) => (['before', 'after'] as const).map((when) => ({ name, when })));

  it.each(failures.filter(({ name, when }) => !(name === 'activate-tenant' && when === 'after')))(
    'leaves nothing when $name fails $when it took effect',
    async (fail) => {
      const { w, tenant } = await begin();
      expect(await driveSaga(w, tenant, { fail })).toBe('failed');
      await expectNothing(w, tenant);
    },
  );

  it('keeps the shop when only the answer of the last step was lost', async () => {
    const { w, tenant } = await begin();
    expect(await driveSaga(w, tenant, { fail: { name: 'activate-tenant', when: 'after' } })).toBe('failed');
    await expectShop(w, tenant);
  });

  it.each(
    doCalls.flatMap((name, position) => Array.from({ length: 2 * (position + 1) }, (_, calls) => ({ name, calls }))),
  )('whose $name fails and which is killed after $calls calls leaves nothing in the end', async ({ name, calls }) => {
    const { w, tenant } = await begin();
    await killThenRepair(w, tenant, { calls, fail: { name, when: 'before' } });
    await expectNothing(w, tenant);
  });

  it.each(doCalls.slice(1))('begins a rollback again that was interrupted after %s was out of order', async (name) => {
    const { w, tenant } = await begin();
    const position = doCalls.indexOf(name);
    // The step fails, one undo follows, then the machine is gone; the second execution finds everything in order.
    await expect(driveSaga(w, tenant, { calls: position + 2, fail: { name, when: 'before' } })).rejects.toThrow(Killed);
    w.clock.pass(181);
    await w.repair();
    expect(await driveSaga(w, tenant)).toBe('refused');
    await expectNothing(w, tenant);
  });

  it('is not over while an undo could not be done, and is finished when it can', async () => {
    const { w, tenant } = await begin();
    const { removeUsageKey, ...rest } = { removeUsageKey: w.functions['remove-usage-key'], ...w.functions };
    const broken: World = {
      ...w,
      functions: { ...rest, 'remove-usage-key': () => Promise.reject(new Error('API Gateway is down')) },
    };
    await driveSaga(broken, tenant, { fail: { name: 'activate-tenant', when: 'before' } });
    expect(await listed(w)).toMatchObject([{ slug: 'alder', status: 'closing' }]);
    expect(w.gateway.keys.size).toBe(1);
    w.clock.pass(181);
    await w.repair();
    await driveSaga({ ...w, functions: { ...w.functions, 'remove-usage-key': removeUsageKey } }, tenant);
    await expectNothing(w, tenant);
  });

  it('is not undone by a step that comes late', async () => {
    const { w, tenant } = await begin();
    await driveSaga(w, tenant, { fail: { name: 'activate-tenant', when: 'before' } });
    for (const name of doCalls) {
      expect(await w.functions[name]({ tenant, traceId: TRACE })).toEqual({ status: 'closing' });
    }
    await expectNothing(w, tenant);
  });

  it('tells of each step, and of the one at which it failed', async () => {
    const { w, tenant } = await begin();
    const steps = async () => (await w.ask('request-1')).body.steps.map(({ name, status }) => `${name} ${status}`);
    expect(await steps()).toEqual(['slug pending', 'owner pending', 'usage_key pending', 'activation pending']);
    await expect(driveSaga(w, tenant, { calls: 2 })).rejects.toThrow(Killed);
    expect(await steps()).toEqual(['slug done', 'owner done', 'usage_key pending', 'activation pending']);
    await driveSaga(w, tenant, { fail: { name: 'register-usage-key', when: 'before' } });
    expect(await steps()).toEqual(['slug undone', 'owner undone', 'usage_key failed', 'activation pending']);
  });

  it('says why it was refused when another tenant was faster with the slug', async () => {
    const w = world();
    const [one, other] = [await w.ask('request-1'), await w.ask('request-2')];
    expect(await driveSaga(w, one.tenant)).toBe('completed');
    expect(await driveSaga(w, other.tenant)).toBe('refused');
    expect((await w.ask('request-2')).body).toMatchObject({
      status: 'failed',
      steps: [{ name: 'slug', status: 'failed', code: 'slug_taken' }, {}, {}, {}],
    });
    await expectShop(w, one.tenant);
  });

  it('skips the usage key while usage plans are not deployed, and the repair job adds it later', async () => {
    const w = world({ deployed: false });
    const tenant = (await w.ask('request-1')).tenant;
    expect(await driveSaga(w, tenant)).toBe('completed');
    expect(await w.tenants.find(tenant)).toMatchObject({
      status: 'active',
      usageKey: null,
      steps: { usage_key: 'skipped' },
    });
    w.clock.pass(61);
    await w.repair();
    expect(w.gateway.keys.size).toBe(0);
    w.gateway.state.deployed = true;
    w.clock.pass(301);
    await w.repair();
    await expectShop(w, tenant);
    expect((await w.tenants.find(tenant))?.dueAt).toBeNull();
  });
});

describe('the repair job', () => {
  it('leaves an onboarding alone whose workflow may still be running', async () => {
    const { w } = await begin();
    w.clock.pass(179);
    await w.repair();
    expect(w.started).toHaveLength(1);
  });

  it('gives each attempt a name of its own, and starts one attempt at a time', async () => {
    const { w } = await begin();
    for (let attempt = 0; attempt < 2; attempt += 1) {
      w.clock.pass(181);
      await w.repair();
      await w.repair();
    }
    expect(w.started.map(({ attempt }) => attempt)).toEqual([0, 1, 2]);
  });

  it('takes away what a late step left of a failed onboarding', async () => {
    const { w, tenant } = await begin();
    await driveSaga(w, tenant, { fail: { name: 'activate-tenant', when: 'before' } });
    await w.tenants.claimSlug('alder', tenant);
    await w.gateway.plans.register(tenant, 'a value of a late step');
    w.clock.pass(181);
    await w.repair();
    expect(w.started.at(-1)).toMatchObject({ tenantId: tenant, attempt: 1 });
    expect(await driveSaga(w, tenant)).toBe('refused');
    await expectNothing(w, tenant);
    w.clock.pass(3600);
    await w.repair();
    expect(w.started).toHaveLength(2);
  });

  it('tries each tenant by itself and says when one could not be helped', async () => {
    const { w, tenant } = await begin();
    await driveSaga(w, tenant);
    await w.tenants.change(tenant, (record) => ({ ...record, plan: 'growth', dueAt: record.createdAt }));
    const other = await w.ask('request-2', { slug: 'birch' });
    w.clock.pass(181);
    w.gateway.plans.attach = () => Promise.reject(new Error('API Gateway is down'));
    await expect(w.repair()).rejects.toThrow('1 of 2 tenants could not be repaired');
    expect(w.started.at(-1)).toMatchObject({ tenantId: other.tenant, attempt: 1 });
  });
});
