import { expect, it } from 'vitest';
import type { TenantRecord } from '../../functions/tenants/model.ts';
import { changeDetails, changeStatus } from '../../functions/tenants/tenant-changes.ts';
import { OWNER_KEY, TENANT_KEY } from '../../functions/tenants/tenant-keys.ts';
import { toEvents } from '../../functions/tenants/to-events.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { actorOf } from '../../lib/runtime/tenant.ts';
import { driveSaga } from './drive-saga.ts';
import { operator, START, world } from './fixtures.ts';

const author = { actor: actorOf(operator), traceId: 'trace-2', at: START };
const eventsOf = (
  tenant: TenantId,
  before: TenantRecord | undefined,
  after: TenantRecord | undefined,
  expired = false,
) =>
  toEvents({
    tenant,
    before: before === undefined ? undefined : { ...TENANT_KEY, ...before },
    after: after === undefined ? undefined : { ...TENANT_KEY, ...after },
    expired,
  });

it('tells of a tenant once it is active, and of each change since, with sequences without gaps', async () => {
  const w = world();
  const { tenant } = await w.ask('request-1');
  const states: (TenantRecord | undefined)[] = [undefined];
  const change = w.tenants.change;
  w.tenants.change = async (id, transition) => {
    const record = await change(id, transition);
    if (record !== undefined && record !== states.at(-1)) states.push(record);
    return record;
  };
  states.push(await w.tenants.find(tenant));
  await driveSaga(w, tenant);
  await w.tenants.change(tenant, changeDetails({ name: 'Alder & Sons' }, undefined, author));
  await w.tenants.change(tenant, changeStatus('suspended', author));
  await w.tenants.change(tenant, changeDetails({ settings: { orderPrefix: 'A-' } }, undefined, author));
  await w.tenants.change(tenant, changeStatus('active', author));

  const events = states.slice(1).flatMap((after, index) => eventsOf(tenant, states[index], after));
  expect(events.map(({ detailType, envelope }) => [detailType, envelope.sequence])).toEqual([
    ['TenantCreated.v1', 1],
    ['TenantUpdated.v1', 2],
    ['TenantSuspended.v1', 3],
    ['TenantUpdated.v1', 4],
    ['TenantResumed.v1', 5],
  ]);
  // The record alone tells the newest again.
  const told = states
    .slice(1)
    .flatMap((after) => eventsOf(tenant, undefined, after).map(({ detailType }) => detailType));
  expect([...new Set(told)]).toEqual([
    'TenantCreated.v1',
    'TenantUpdated.v1',
    'TenantSuspended.v1',
    'TenantResumed.v1',
  ]);
  for (const [index, after] of states.slice(1).entries()) {
    const published = eventsOf(tenant, states[index], after);
    if (published.length > 0) expect(eventsOf(tenant, undefined, after)).toEqual(published);
  }
  expect(events[1]?.envelope).toMatchObject({
    id: `${tenant}:2`,
    tenant,
    actor: { type: 'operator', id: 'operator' },
    correlationId: 'trace-2',
    detail: { tenantId: tenant, name: 'Alder & Sons', slug: 'alder', status: 'active', version: 2 },
  });
  expect(JSON.stringify(events)).not.toContain('owner@');
});

it('says nothing about work in progress, expiry, removal and other items', async () => {
  const w = world();
  const { tenant } = await w.ask('request-1');
  const young = await w.tenants.find(tenant);
  await driveSaga(w, tenant);
  const active = await w.tenants.find(tenant);
  expect(eventsOf(tenant, undefined, young)).toEqual([]);
  expect(eventsOf(tenant, active, active)).toEqual([]);
  expect(eventsOf(tenant, active, undefined, true)).toEqual([]);
  const owner = { ...OWNER_KEY, email: 'owner@alder.example' };
  expect(toEvents({ tenant, before: undefined, after: owner, expired: false })).toEqual([]);
});
