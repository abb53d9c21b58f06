import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { ApiResponse } from '../../lib/client/http.ts';
import type { Shop } from '../../lib/client/shop.ts';
import { PERMISSIONS } from '../../lib/runtime/permissions.ts';
import { as, asUnseen, outcome } from './caller.ts';
import { certain } from './careful-client.ts';
import { newShop, operatorKey, unique } from './world.ts';

const operator = as(operatorKey);

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

  /** A secret is shown once: one that was in an answer that was lost is nobody's. */
  const shown = (answer: ApiResponse) => NewKey.parse(certain(answer).body);
  const make = async (order: unknown) => shown(await as(shop.secretKey).post(keys, order));
  const works = async (secret: string) => outcome(await asUnseen(secret).get('/v1/tenants/current'));

  it('show their secret once: neither a replay nor the list has it', async () => {
    const staff = as(shop.secretKey);
    const order = { kind: 'secret', name: 'Till', permissions: ['tenant:read'] };
    const idempotency = { 'idempotency-key': unique('key') };
    const made = await staff.post(keys, order, idempotency);
    const key = shown(made);
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
    const { secret, ...listed } = key;
    expect(items).toContainEqual(listed);
    expect(list.text).not.toContain(secret);
    expect(await works(secret)).toBe('200');
  });

  it('are made by the operator too, once for each Idempotency-Key', async () => {
    const path = `/v1/tenants/${shop.tenantId}/keys`;
    const idempotency = { 'idempotency-key': unique('key') };
    const made = await operator.post(path, { kind: 'secret' }, idempotency);
    const key = shown(made);
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
    const heir = shown(await as(reader.secret).post(keys, { kind: 'secret' }));
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
    const heir = shown(rotated);
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
    expect(await works(shown(rotated).secret)).toBe('200');
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
