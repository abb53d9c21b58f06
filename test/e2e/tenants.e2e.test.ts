import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Shop } from '../../lib/client/shop.ts';
import { until } from '../../lib/client/until.ts';
import { as, asUnseen, outcome } from './caller.ts';
import { certain } from './careful-client.ts';
import { newShop, operatorKey, unique } from './world.ts';

const Tenant = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  plan: z.string(),
  status: z.string(),
  steps: z.array(z.object({ name: z.string(), status: z.string(), code: z.string().optional() })),
});
const TenantPage = z.object({ items: z.array(Tenant), next: z.string().nullable() });
const Current = z.looseObject({ status: z.string(), settings: z.record(z.string(), z.unknown()) });
const operator = as(operatorKey);

const orderOf = (slug: string) => ({
  name: 'Sample shop',
  slug,
  plan: 'growth',
  ownerEmail: `${slug}@example.com`,
  country: 'DE',
  currencies: ['EUR'],
  locales: ['de'],
  timeZone: 'Europe/Berlin',
});

const settled = (id: string) =>
  until(`the onboarding of ${id} to end`, async () => {
    const tenant = Tenant.parse((await operator.get(`/v1/tenants/${id}`)).body);
    return tenant.status === 'active' || tenant.status === 'failed' ? tenant : undefined;
  });

const tenantsWithSlug = async (slug: string): Promise<string[]> => {
  const found: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor === '' ? 'limit=7' : `limit=7&cursor=${cursor}`;
    const page = TenantPage.parse((await operator.get(`/v1/tenants?${query}`)).body);
    found.push(...page.items.filter((tenant) => tenant.slug === slug).map(({ id }) => id));
    cursor = page.next;
  }
  return found;
};

describe('onboarding', () => {
  it('is accepted at once, does each step, and can be asked for again', async () => {
    const order = orderOf(unique('steps'));
    const key = { 'idempotency-key': unique('onboard') };
    const first = await operator.post('/v1/tenants', order, key);
    expect(first.status).toBe(202);
    const { id } = Tenant.parse(first.body);
    expect(first.headers['location']).toBe(`/v1/tenants/${id}`);

    const again = await operator.post('/v1/tenants', order, key);
    expect([again.status, Tenant.parse(again.body).id]).toEqual([202, id]);
    expect(again.headers['idempotent-replayed']).toBe('true');
    const other = await operator.post('/v1/tenants', { ...order, name: 'Another shop' }, key);
    expect(outcome(other)).toBe('422 idempotency_key_reused');

    const tenant = await settled(id);
    expect(tenant.status).toBe('active');
    expect(tenant.steps.map((step) => `${step.name} ${step.status}`)).toEqual([
      'slug done',
      'owner done',
      'usage_key done',
      'activation done',
    ]);
    expect((await operator.get(`/v1/tenants/${id}`)).body).toMatchObject({
      ownerStatus: 'invited',
      ownerInvitation: { token: expect.stringMatching(/^inv_/) },
      settings: { taxMode: 'inclusive', capture: 'now', orderPrefix: '', currencies: ['EUR'] },
    });
    expect(outcome(await operator.post('/v1/tenants', orderOf(order.slug)))).toBe('409 slug_taken');
  });

  it('of one slug by several at once makes one tenant; of the others nothing is left in the list', async () => {
    const slug = unique('race');
    const answers = await Promise.all([1, 2, 3].map(() => operator.post('/v1/tenants', orderOf(slug))));
    const ids = answers.flatMap((answer) => {
      if (answer.status === 202) return [Tenant.parse(answer.body).id];
      expect(outcome(answer)).toBe('409 slug_taken');
      return [];
    });
    const tenants = await Promise.all(ids.map(settled));
    const active = tenants.filter((tenant) => tenant.status === 'active');
    expect(active).toHaveLength(1);
    for (const failed of tenants.filter((tenant) => tenant.status === 'failed')) {
      expect(failed.steps[0]).toEqual({ name: 'slug', status: 'failed', code: 'slug_taken' });
      const keys = await operator.post(`/v1/tenants/${failed.id}/keys`, { kind: 'publishable' });
      expect(outcome(keys)).toBe('409 tenant_not_active');
    }
    expect(await tenantsWithSlug(slug)).toEqual(active.map(({ id }) => id));
  });

  it.each([
    ['slug', 'Upper Case'],
    ['slug', '-edge'],
    ['plan', 'free-for-all'],
    ['plan', 'constructor'],
    ['ownerEmail', 'nobody'],
    ['country', 'XX'],
    ['currencies', ['EUR', 'EUR']],
    ['currencies', ['ABC']],
    ['currencies', []],
    ['locales', ['not a locale']],
    ['timeZone', 'Mars/Olympus'],
  ])('refuses the %s %j', async (field, value) => {
    const answer = await operator.post('/v1/tenants', { ...orderOf(unique('wrong')), [field]: value });
    expect(outcome(answer)).toBe('400 invalid_request');
    expect(answer.text).toContain(`body.${field}`);
  });
});

describe('a tenant', () => {
  let shop: Shop;
  let path: string;

  beforeAll(async () => {
    shop = await newShop('tenants');
    path = `/v1/tenants/${shop.tenantId}`;
  });

  it('is changed by its operator, under the version that was read', async () => {
    const plans = z
      .object({ items: z.array(z.looseObject({ id: z.string(), rate: z.number() })) })
      .parse((await operator.get('/v1/tenants/plans')).body);
    expect(plans.items.map(({ id }) => id)).toContain('growth');

    const name = unique('Renamed');
    const { etag } = (await operator.get(path)).headers;
    expect(outcome(await operator.patch(path, { plan: 'growth' }))).toBe('428 precondition_required');
    const changed = await operator.patch(path, { plan: 'growth', name }, { 'if-match': etag });
    expect(outcome(changed)).toBe('200');
    expect(changed.body).toMatchObject({ plan: 'growth', name, slug: shop.slug });
    expect(changed.headers['etag']).not.toBe(etag);
    expect(outcome(await operator.patch(path, { name: 'Late' }, { 'if-match': etag }))).toBe('412 version_mismatch');
    const unknown = `/v1/tenants/tnt_${'0'.repeat(26)}`;
    expect(outcome(await operator.get(unknown))).toBe('404 tenant_not_found');
    expect(outcome(await operator.patch(unknown, { name: 'x' }, { 'if-match': '"v1"' }))).toBe('404 tenant_not_found');
    expect(outcome(await operator.post(`${unknown}/suspend`))).toBe('404 tenant_not_found');
    expect(outcome(await operator.post(`${unknown}/resume`))).toBe('404 tenant_not_found');
    expect(outcome(await operator.post(`${unknown}/keys`, { kind: 'publishable' }))).toBe('404 tenant_not_found');
  });

  it('changes its own settings, under the version that was read', async () => {
    const staff = as((await newShop('settings')).secretKey);
    const read = await staff.get('/v1/tenants/current');
    const { etag } = read.headers;
    const change = (settings: unknown, version: string | undefined = etag) =>
      staff.patch('/v1/tenants/current', { settings }, { 'if-match': version });

    const forgot = await staff.patch('/v1/tenants/current', { settings: { orderPrefix: 'A-' } });
    expect(outcome(forgot)).toBe('428 precondition_required');
    expect(outcome(await change({ orderPrefix: 'A-' }, '"v999"'))).toBe('412 version_mismatch');
    expect(outcome(await change({ orderPrefix: 'A-' }, '*'))).toBe('400 invalid_request');
    for (const wrong of [{ orderPrefix: 'abc' }, { currencies: [] }, { taxMode: 'none' }, { unknown: 1 }]) {
      expect(outcome(await change(wrong))).toBe('400 invalid_request');
    }
    const changed = await change({ orderPrefix: 'A-', currencies: ['EUR', 'JPY'] });
    const before = Current.parse(read.body).settings;
    expect(Current.parse(changed.body).settings).toEqual({
      ...before,
      orderPrefix: 'A-',
      currencies: ['EUR', 'JPY'],
    });
    expect(outcome(await change({ orderPrefix: 'B-' }))).toBe('412 version_mismatch');
    const same = await change({ orderPrefix: 'A-' }, changed.headers['etag']);
    expect(same.headers['etag']).toBe(changed.headers['etag']);
    expect((await staff.get('/v1/tenants/current')).body).toEqual(changed.body);
  });

  it('sees its usage by days, of a period that can be told', async () => {
    const staff = as(shop.secretKey);
    const usage = (query: string) => staff.get(`/v1/tenants/current/usage?${query}`);
    expect((await usage('from=2026-01-01&to=2026-01-31')).body).toEqual({
      from: '2026-01-01',
      to: '2026-01-31',
      orders: 0,
      days: [],
      months: [],
    });
    expect(outcome(await usage('from=2026-02-01&to=2026-01-31'))).toBe('400 invalid_request');
    expect(outcome(await usage('from=2020-01-01&to=2026-01-31'))).toBe('400 invalid_request');
    expect(outcome(await usage('from=2026-02-31'))).toBe('400 invalid_request');
    expect(outcome(await usage('until=2026-02-01'))).toBe('400 invalid_request');
  });
});

describe('a suspended tenant', () => {
  it('serves no shopper and takes no change, is read by its staff, and comes back', async () => {
    const shop = await newShop('paused');
    const path = `/v1/tenants/${shop.tenantId}`;
    const created = await as(shop.publishableKey).post('/v1/carts', { currency: 'EUR', locale: 'en' });
    const cart = z.looseObject({ id: z.string(), token: z.string() }).parse(certain(created).body);
    const guest = { 'cart-token': cart.token };

    const suspended = await operator.post(`${path}/suspend`);
    expect([suspended.status, Tenant.parse(suspended.body).status]).toEqual([200, 'suspended']);
    expect((await operator.post(`${path}/suspend`)).headers['etag']).toBe(suspended.headers['etag']);

    const shopper = asUnseen(shop.publishableKey);
    const staff = asUnseen(shop.secretKey);
    const body = { currency: 'EUR', locale: 'en' };
    expect(outcome(await shopper.get(`/v1/carts/${cart.id}`, guest))).toBe('403 tenant_suspended');
    expect(outcome(await shopper.post('/v1/carts', body))).toBe('403 tenant_suspended');
    const read = await staff.get('/v1/tenants/current');
    expect([read.status, Current.parse(read.body).status]).toEqual([200, 'suspended']);
    expect(outcome(await staff.get('/v1/pricing/tax-rates'))).toBe('200');
    expect(outcome(await staff.post('/v1/pricing/promotions', {}))).toBe('403 tenant_suspended');
    expect(outcome(await staff.post('/v1/tenants/current/keys', { kind: 'publishable' }))).toBe('403 tenant_suspended');

    const resumed = await operator.post(`${path}/resume`);
    expect([resumed.status, Tenant.parse(resumed.body).status]).toEqual([200, 'active']);
    expect(outcome(await asUnseen(shop.publishableKey).get(`/v1/carts/${cart.id}`, guest))).toBe('200');
    expect(outcome(await asUnseen(shop.publishableKey).post('/v1/carts', body))).toBe('201');
  });
});
