import { describe, expect, it } from 'vitest';
import { createKey, createKeyRoute } from '../../functions/tenants/create-key.ts';
import { createTenantKey } from '../../functions/tenants/create-tenant-key.ts';
import { KeyId } from '../../functions/tenants/key-model.ts';
import { listKeys } from '../../functions/tenants/list-keys.ts';
import { memoryKeys } from '../../functions/tenants/memory-key-store.ts';
import { newApiKey, newUsageKey } from '../../functions/tenants/new-api-key.ts';
import { revokeKey } from '../../functions/tenants/revoke-key.ts';
import { rotateKey } from '../../functions/tenants/rotate-key.ts';
import { verifyKey } from '../../functions/tenants/verify-key.ts';
import { API_KEY, hashApiKey } from '../../lib/runtime/api-key.ts';
import { PERMISSIONS } from '../../lib/runtime/permissions.ts';
import { driveSaga } from './drive-saga.ts';
import { blank, idempotencyOf, operator, secretKeyOf, tenantB, TRACE, world } from './fixtures.ts';

/**
 * What careless keys get wrong, and is looked for here: the key itself is stored or shown again; a replay makes a second
 * key; a key gives more than its maker has; rotation leaves the old one valid for ever, or cuts it off at once; a revoked
 * key lives on in the second place where keys are kept.
 */
const withShop = async () => {
  const w = world();
  const { tenant } = await w.ask('request-1');
  await driveSaga(w, tenant);
  const keys = memoryKeys();
  const deps = { tenants: w.tenants, keys, newApiKey, now: w.clock.now };
  const caller = secretKeyOf(tenant);
  const verify = (key: string | null) => verifyKey(deps)({ traceId: TRACE }, { keyHash: hashApiKey(key ?? '') });
  const make = (key: string, body: unknown, by = caller) =>
    createKey(deps)({
      ...blank,
      caller: by,
      body: createKeyRoute.body.parse(body),
      idempotency: idempotencyOf(key, body),
    });
  const rotate = (id: string, overlapSeconds: number, by = caller) =>
    rotateKey(deps)({ ...blank, caller: by, params: { keyId: KeyId.parse(id) }, body: { overlapSeconds } });
  const revoke = (id: string, by = caller) =>
    revokeKey(deps)({ ...blank, caller: by, params: { keyId: KeyId.parse(id) } });
  const list = () => listKeys(deps)({ ...blank, caller, query: { limit: 100 } });
  return { w, tenant, keys, deps, verify, make, rotate, revoke, list };
};

describe('a key', () => {
  it('has its form, and no two are the same', () => {
    const made = Array.from({ length: 50 }, () => newApiKey('secret'));
    expect(new Set(made).size).toBe(50);
    for (const key of [...made, newApiKey('publishable')]) expect(key).toMatch(API_KEY);
    expect(newApiKey('publishable')).toMatch(/^pk_/);
    expect(newUsageKey().length).toBeGreaterThanOrEqual(20);
  });

  it('is shown once and admits its holder as what it is', async () => {
    const { make, verify, list, tenant } = await withShop();
    const { body } = await make('1', { kind: 'secret', permissions: ['orders:read'], name: 'till' });
    expect(body.secret).toMatch(/^sk_/);
    expect(await verify(body.secret)).toMatchObject({
      status: 'found',
      kind: 'secret',
      keyId: body.id,
      tenant,
      permissions: ['orders:read'],
      tenantStatus: 'active',
      usageKey: expect.any(String),
    });
    const listed = JSON.stringify(await list());
    expect(listed).toContain(body.id);
    expect(listed).not.toContain(body.secret);
    expect(listed).not.toContain(hashApiKey(body.secret ?? ''));
  });

  it('is stored as its hash only', async () => {
    const { make, keys, tenant } = await withShop();
    const { body } = await make('1', { kind: 'publishable' });
    const stored = JSON.stringify(await keys.find(tenant, KeyId.parse(body.id)));
    expect(stored).not.toContain(body.secret);
    expect(stored).toContain(hashApiKey(body.secret ?? ''));
  });

  it('is made once per Idempotency-Key: a replay has no secret, another body is refused', async () => {
    const { make, verify, list } = await withShop();
    const first = await make('1', { kind: 'secret' });
    const again = await make('1', { kind: 'secret' });
    expect(again).toMatchObject({ replayed: true, body: { id: first.body.id, secret: null } });
    expect((await list()).body.items).toHaveLength(1);
    expect(await verify(first.body.secret)).toMatchObject({ status: 'found' });
    await expect(make('1', { kind: 'publishable' })).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  });

  it('cannot do more than whoever makes it', async () => {
    const { make, rotate, tenant } = await withShop();
    const clerk = secretKeyOf(tenant, ['keys:write', 'orders:read']);
    await expect(make('1', { kind: 'secret', permissions: ['orders:write'] }, clerk)).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect((await make('2', { kind: 'secret' }, clerk)).body.permissions).toEqual(['keys:write', 'orders:read']);
    const strong = await make('3', { kind: 'secret' });
    expect(strong.body.permissions).toEqual(PERMISSIONS);
    await expect(rotate(strong.body.id, 0, clerk)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('that is publishable has no permissions, and a list of unknown ones is refused', () => {
    const body = createKeyRoute.body;
    expect(body.safeParse({ kind: 'publishable', permissions: ['orders:read'] }).success).toBe(false);
    expect(body.safeParse({ kind: 'secret', permissions: ['everything'] }).success).toBe(false);
    expect(body.safeParse({ kind: 'operator' }).success).toBe(false);
  });

  it('that is revoked is refused by the next question, and is gone', async () => {
    const { make, verify, revoke, list } = await withShop();
    const { body } = await make('1', { kind: 'secret' });
    await revoke(body.id);
    expect(await verify(body.secret)).toEqual({ status: 'unknown' });
    expect((await list()).body.items).toEqual([]);
    await expect(revoke(body.id)).rejects.toMatchObject({ code: 'key_not_found' });
  });

  it("of another tenant's is not there", async () => {
    const { make, revoke, rotate, verify } = await withShop();
    const { body } = await make('1', { kind: 'secret' });
    const stranger = secretKeyOf(tenantB);
    await expect(revoke(body.id, stranger)).rejects.toMatchObject({ code: 'key_not_found', status: 404 });
    await expect(rotate(body.id, 0, stranger)).rejects.toMatchObject({ code: 'key_not_found', status: 404 });
    expect(await verify(body.secret)).toMatchObject({ status: 'found' });
  });

  it('of a suspended tenant says so, and of one that is gone is unknown', async () => {
    const { w, tenant, make, verify } = await withShop();
    const { body } = await make('1', { kind: 'secret' });
    await w.tenants.change(tenant, (record) => ({ ...record, status: 'suspended' }));
    expect(await verify(body.secret)).toMatchObject({ status: 'found', tenantStatus: 'suspended' });
    await w.tenants.change(tenant, (record) => ({ ...record, status: 'failed' }));
    expect(await verify(body.secret)).toEqual({ status: 'unknown' });
  });
});

describe('rotation', () => {
  it('lets both keys hold for the overlap, then the new one only', async () => {
    const { w, make, rotate, verify } = await withShop();
    const old = await make('1', { kind: 'secret', permissions: ['orders:read'] });
    const next = await rotate(old.body.id, 3600);
    expect(next.body).toMatchObject({
      kind: 'secret',
      permissions: ['orders:read'],
      secret: expect.stringMatching(/^sk_/),
    });
    w.clock.pass(3599);
    expect(await verify(old.body.secret)).toMatchObject({ status: 'found' });
    w.clock.pass(1);
    expect(await verify(old.body.secret)).toEqual({ status: 'unknown' });
    expect(await verify(next.body.secret)).toMatchObject({ status: 'found', keyId: next.body.id });
  });

  it('without overlap ends the old key at once', async () => {
    const { make, rotate, verify } = await withShop();
    const old = await make('1', { kind: 'secret' });
    await rotate(old.body.id, 0);
    expect(await verify(old.body.secret)).toEqual({ status: 'unknown' });
  });

  it('makes one successor, however often it is asked for', async () => {
    const { w, make, rotate, list } = await withShop();
    const old = await make('1', { kind: 'secret' });
    const next = await rotate(old.body.id, 60);
    w.clock.pass(30);
    expect(await rotate(old.body.id, 60)).toMatchObject({ replayed: true, body: { id: next.body.id, secret: null } });
    const [first] = (await list()).body.items.filter(({ id }) => id === old.body.id);
    expect(first).toMatchObject({ replacedBy: next.body.id, expiresAt: '2026-03-01T12:01:00.000Z' });
    expect((await list()).body.items).toHaveLength(2);
    await expect(rotate(old.body.id, 120)).rejects.toMatchObject({ code: 'key_expiring' });
  });

  it('is finished by the second try when the first one stopped in the middle', async () => {
    const { make, rotate, verify, keys } = await withShop();
    const old = await make('1', { kind: 'secret' });
    const retire = keys.retire;
    keys.retire = () => Promise.reject(new Error('gone'));
    await expect(rotate(old.body.id, 0)).rejects.toThrow('gone');
    expect(await verify(old.body.secret)).toMatchObject({ status: 'found' });
    keys.retire = retire;
    await rotate(old.body.id, 0);
    expect(await verify(old.body.secret)).toEqual({ status: 'unknown' });
  });
});

describe("an operator's key for a tenant", () => {
  it('may have every permission, and needs a tenant that is there', async () => {
    const { w, tenant, deps, verify } = await withShop();
    const create = createTenantKey(deps);
    const call = { ...blank, caller: operator, params: { tenantId: tenant }, body: { kind: 'secret' } as const };
    const { body } = await create({ ...call, idempotency: idempotencyOf('1') });
    expect(await verify(body.secret)).toMatchObject({ tenant, permissions: PERMISSIONS });
    const young = await w.ask('request-2', { slug: 'birch' });
    const early = create({ ...call, params: { tenantId: young.tenant }, idempotency: idempotencyOf('2') });
    await expect(early).rejects.toMatchObject({ code: 'tenant_not_active' });
    const nobody = create({ ...call, params: { tenantId: tenantB }, idempotency: idempotencyOf('3') });
    await expect(nobody).rejects.toMatchObject({ code: 'tenant_not_found' });
  });
});
