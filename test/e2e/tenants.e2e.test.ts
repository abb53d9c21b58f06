import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Shop } from '../../lib/client/shop.ts';
import { until } from '../../lib/client/until.ts';
import { PERMISSIONS } from '../../lib/runtime/permissions.ts';
import { as, asUnseen, outcome } from './caller.ts';
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

    const { etag } = (await operator.get(path)).headers;
    expect(outcome(await operator.patch(path, { plan: 'growth' }))).toBe('428 precondition_required');
    const changed = await operator.patch(path, { plan: 'growth', name: 'Renamed' }, { 'if-match': etag });
    expect(outcome(changed)).toBe('200');
    expect(changed.body).toMatchObject({ plan: 'growth', name: 'Renamed', slug: shop.slug });
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
    const staff = as(shop.secretKey);
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
    const cart = z.looseObject({ id: z.string(), token: z.string() }).parse(created.body);
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

describe('keys', () => {
  const Key = z.object({
    id: z.string(),
    kind: z.string(),
    permissions: z.array(z.string()),
    name: z.string().nullable(),
    hint: z.string(),
    createdAt: z.string(),
    expiresAt: z.string().nullable(),
    replacedBy: z.string().nullable(),
  });
  const NewKey = Key.extend({ secret: z.string() });
  const Replay = Key.extend({ secret: z.null() });
  const keys = '/v1/tenants/current/keys';
  let shop: Shop;

  beforeAll(async () => {
    shop = await newShop('keys');
  });

  const make = async (order: unknown) => NewKey.parse((await as(shop.secretKey).post(keys, order)).body);
  const works = async (secret: string) => outcome(await asUnseen(secret).get('/v1/tenants/current'));

  it('show their secret once: neither a replay nor the list has it', async () => {
    const staff = as(shop.secretKey);
    const order = { kind: 'secret', name: 'Till', permissions: ['tenant:read'] };
    const idempotency = { 'idempotency-key': unique('key') };
    const made = await staff.post(keys, order, idempotency);
    const key = NewKey.parse(made.body);
    expect([made.status, key.secret.slice(-4)]).toEqual([201, key.hint]);
    expect(key.secret).toMatch(/^sk_[0-9A-Za-z]{40}$/);
    const again = await staff.post(keys, order, idempotency);
    expect(Replay.parse(again.body)).toEqual({ ...key, secret: null });
    expect(again.headers['idempotent-replayed']).toBe('true');
    const other = await staff.post(keys, { ...order, name: 'Other' }, idempotency);
    expect(outcome(other)).toBe('422 idempotency_key_reused');
    expect(outcome(await staff.post(keys, order, { 'idempotency-key': undefined }))).toBe('400 invalid_request');
    const list = await staff.get(`${keys}?limit=100`);
    const { items } = z.object({ items: z.array(z.looseObject({ id: z.string() })) }).parse(list.body);
    const { secret, ...shown } = key;
    expect(items).toContainEqual(shown);
    expect(list.text).not.toContain(secret);
    expect(await works(secret)).toBe('200');
  });

  it('are made by the operator too, once for each Idempotency-Key', async () => {
    const path = `/v1/tenants/${shop.tenantId}/keys`;
    const idempotency = { 'idempotency-key': unique('key') };
    const made = await operator.post(path, { kind: 'secret' }, idempotency);
    const key = NewKey.parse(made.body);
    expect(key.permissions).toEqual([...PERMISSIONS]);
    expect(Replay.parse((await operator.post(path, { kind: 'secret' }, idempotency)).body).id).toBe(key.id);
    expect(await works(key.secret)).toBe('200');
  });

  it('can do what they were given and give no more than that', async () => {
    const reader = await make({ kind: 'secret', permissions: ['catalog:read', 'keys:write'] });
    const refused = await as(reader.secret).get('/v1/tenants/current');
    expect(outcome(refused)).toBe('403 forbidden');
    expect(refused.text).toContain('tenant:read');
    expect(outcome(await as(reader.secret).post('/v1/pricing/tax-rates', {}))).toBe('403 forbidden');
    const more = await as(reader.secret).post(keys, { kind: 'secret', permissions: ['catalog:read', 'orders:write'] });
    expect(outcome(more)).toBe('403 forbidden');
    expect(more.text).toContain('orders:write');
    const heir = NewKey.parse((await as(reader.secret).post(keys, { kind: 'secret' })).body);
    expect(heir.permissions).toEqual(['catalog:read', 'keys:write']);
    const mighty = await make({ kind: 'secret', permissions: ['orders:write'] });
    const rotate = await as(reader.secret).post(`${keys}/${mighty.id}/rotate`, { overlapSeconds: 0 });
    expect(outcome(rotate)).toBe('403 forbidden');
    expect(outcome(await as(mighty.secret).delete(`${keys}/${reader.id}`))).toBe('403 forbidden');
  });

  it.each([
    [{ kind: 'publishable', permissions: ['orders:read'] }],
    [{ kind: 'secret', permissions: [] }],
    [{ kind: 'secret', permissions: ['everything'] }],
    [{ kind: 'operator' }],
    [{ kind: 'secret', name: '' }],
    [{}],
  ])('are not made from %j', async (order) => {
    expect(outcome(await as(shop.secretKey).post(keys, order))).toBe('400 invalid_request');
  });

  it('are rotated with an overlap in which both hold', async () => {
    const staff = as(shop.secretKey);
    const old = await make({ kind: 'secret', name: 'Robot', permissions: ['tenant:read'] });
    const rotate = (overlapSeconds: number) => staff.post(`${keys}/${old.id}/rotate`, { overlapSeconds });
    const rotated = await rotate(3600);
    const heir = NewKey.parse(rotated.body);
    expect([rotated.status, heir.name, heir.permissions]).toEqual([201, 'Robot', ['tenant:read']]);
    expect([await works(old.secret), await works(heir.secret)]).toEqual(['200', '200']);
    const again = await rotate(3600);
    expect(Replay.parse(again.body).id).toBe(heir.id);
    expect(outcome(await rotate(60))).toBe('409 key_expiring');
    const list = z.object({ items: z.array(Key) }).parse((await staff.get(`${keys}?limit=100`)).body);
    const retired = list.items.find(({ id }) => id === old.id);
    expect(retired).toMatchObject({ replacedBy: heir.id, expiresAt: expect.any(String) });
  });

  it('are rotated without an overlap: the old one is refused at once', async () => {
    const old = await make({ kind: 'secret', permissions: ['tenant:read'] });
    const rotated = await as(shop.secretKey).post(`${keys}/${old.id}/rotate`, { overlapSeconds: 0 });
    expect(await works(old.secret)).toBe('401 unauthorized');
    expect(await works(NewKey.parse(rotated.body).secret)).toBe('200');
  });

  it('are revoked for good', async () => {
    const staff = as(shop.secretKey);
    const key = await make({ kind: 'secret', permissions: ['tenant:read'] });
    const used = await make({ kind: 'secret', permissions: ['tenant:read'] });
    expect(await works(used.secret)).toBe('200');
    for (const { id } of [key, used]) expect(outcome(await staff.delete(`${keys}/${id}`))).toBe('204');
    expect(outcome(await as(key.secret).get('/v1/tenants/current'))).toBe('401 unauthorized');
    expect(await works(used.secret)).toBe('401 unauthorized');
    expect(outcome(await staff.delete(`${keys}/${key.id}`))).toBe('404 key_not_found');
    const rotate = await staff.post(`${keys}/${key.id}/rotate`, { overlapSeconds: 0 });
    expect(outcome(rotate)).toBe('404 key_not_found');
  });

  it('are listed page by page, each once', async () => {
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = await as(shop.secretKey).get(`${keys}?limit=3${query}`);
      const { items, next } = z.object({ items: z.array(Key), next: z.string().nullable() }).parse(page.body);
      expect(items.length).toBeLessThanOrEqual(3);
      seen.push(...items.map(({ id }) => id));
      cursor = next;
    }
    expect(seen.length).toBeGreaterThan(5);
    expect(new Set(seen).size).toBe(seen.length);
  });
});
