import { APIGatewayClient, GetApiKeysCommand, GetUsagePlanKeysCommand } from '@aws-sdk/client-api-gateway';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import * as z from 'zod';
import { until } from '../../lib/client/until.ts';
import { parameterName, planParameter as planPath } from '../../lib/names.ts';
import { as, outcome } from './caller.ts';
import { LONG_AGO } from './dead-work.ts';
import { asDeployer, attributesOf, invoke, setAttributes } from './deployer.ts';
import { operatorKey, unique } from './world.ts';

const Tenant = z.looseObject({
  id: z.string(),
  slug: z.string(),
  plan: z.string(),
  status: z.string(),
  steps: z.array(z.object({ name: z.string(), status: z.string(), code: z.string().optional() })),
});
const operator = as(operatorKey);
const parameters = new SSMClient(asDeployer);
const gateway = new APIGatewayClient(asDeployer);

/** No other file of the suite onboards with this plan, so that it can be out of order for a while. */
const PLAN = 'starter';
const planParameter = (plan: string) => parameterName(inject('deployment').stage, planPath(plan));
const planId = async (plan: string): Promise<string> => {
  const { Parameter } = await parameters.send(new GetParameterCommand({ Name: planParameter(plan) }));
  return z.string().parse(Parameter?.Value);
};
const setPlanId = (value: string) =>
  parameters.send(
    new PutParameterCommand({ Name: planParameter(PLAN), Value: value, Type: 'String', Overwrite: true }),
  );

const run = (name: string, payload: unknown): Promise<unknown> => invoke('tenants', name, payload);
const keysOf = async (tenantId: string) =>
  (await gateway.send(new GetApiKeysCommand({ nameQuery: tenantId }))).items ?? [];
const inPlan = async (plan: string, tenantId: string): Promise<boolean> => {
  const answer = await gateway.send(new GetUsagePlanKeysCommand({ usagePlanId: await planId(plan), limit: 500 }));
  return (answer.items ?? []).some(({ name }) => name === tenantId);
};

const onboard = async (slug: string, plan: string) => {
  const answer = await operator.post('/v1/tenants', {
    name: 'Sample shop',
    slug,
    plan,
    ownerEmail: `${slug}@example.com`,
    country: 'DE',
    currencies: ['EUR'],
    locales: ['de'],
    timeZone: 'Europe/Berlin',
  });
  expect(outcome(answer)).toBe('202');
  return Tenant.parse(answer.body).id;
};
const tenant = async (id: string) => Tenant.parse((await operator.get(`/v1/tenants/${id}`)).body);
const reaching = (id: string, status: string) =>
  until(`the tenant ${id} to be ${status}`, async () => {
    const found = await tenant(id);
    return found.status === status ? found : undefined;
  });
const stepsOf = ({ steps }: z.output<typeof Tenant>) => steps.map(({ name, status }) => `${name} ${status}`);
const listed = async (slug: string): Promise<boolean> => {
  const Page = z.object({ items: z.array(Tenant), next: z.string().nullable() });
  for (let query = 'limit=100'; ;) {
    const page = Page.parse((await operator.get(`/v1/tenants?${query}`)).body);
    if (page.items.some((found) => found.slug === slug)) return true;
    if (page.next === null) return false;
    query = `limit=100&cursor=${page.next}`;
  }
};

describe('an onboarding that cannot be finished', () => {
  let original: string;
  beforeAll(async () => {
    original = await planId(PLAN);
    await setPlanId('no-such-plan');
  });
  afterAll(async () => {
    await setPlanId(original);
  });

  it('is undone step by step: nothing is left but the record that says where it failed', async () => {
    const slug = unique('undone');
    const id = await onboard(slug, PLAN);
    const failed = await reaching(id, 'failed');
    expect(stepsOf(failed)).toEqual(['slug undone', 'owner undone', 'usage_key failed', 'activation pending']);
    expect(await listed(slug)).toBe(false);
    expect(await keysOf(id)).toEqual([]);
    expect(outcome(await operator.post(`/v1/tenants/${id}/keys`, { kind: 'secret' }))).toBe('409 tenant_not_active');
    const again = await onboard(slug, 'growth');
    expect(stepsOf(await reaching(again, 'active')).every((step) => step.endsWith('done'))).toBe(true);
    expect(await inPlan('growth', again)).toBe(true);
  });

  it('is cleaned up once more, when no step that was only late can be running any more', async () => {
    const slug = unique('late');
    const id = await onboard(slug, PLAN);
    await reaching(id, 'failed');
    const key = { pk: `t#${id}#tenant`, sk: 'meta' };
    await setAttributes('tenants', key, { dueAt: LONG_AGO, dueSk: LONG_AGO });
    await until('the workflow to be started again', async () => {
      // The job finds what is due in an index, which may be behind.
      await run('repair-tenants', {});
      const { attempt, dueAt } = await attributesOf('tenants', key);
      return attempt?.N === '1' && dueAt?.NULL === true ? true : undefined;
    });
    expect((await tenant(id)).status).toBe('failed');
    expect(await listed(slug)).toBe(false);
  });

  it('is undone as well when its rollback began in the middle of a step', async () => {
    const slug = unique('stopped');
    const id = await onboard(slug, PLAN);
    await until('the owner to be invited', async () =>
      stepsOf(await tenant(id)).includes('owner done') ? true : undefined,
    );
    expect(await run('deactivate-tenant', { tenant: id, traceId: 'stopped', input: {} })).toEqual({ status: 'undone' });
    await reaching(id, 'failed');
    expect(await listed(slug)).toBe(false);
    expect(await keysOf(id)).toEqual([]);
  });
});

describe('a tenant that gets another plan', () => {
  it('is throttled by it as soon as the repair job was there', async () => {
    const id = await onboard(unique('moved'), 'growth');
    await reaching(id, 'active');
    const { etag } = (await operator.get(`/v1/tenants/${id}`)).headers;
    const changed = await operator.patch(`/v1/tenants/${id}`, { plan: 'scale' }, { 'if-match': etag });
    expect(outcome(changed)).toBe('200');
    await until('the key to be in the new plan', async () => {
      await run('repair-tenants', {});
      return (await inPlan('scale', id)) ? true : undefined;
    });
    expect(await inPlan('growth', id)).toBe(false);
    expect(await keysOf(id)).toHaveLength(1);
  });
});
