import { describe, expect, it } from 'vitest';
import { keyId, type KeyRecord } from '../../functions/tenants/key-model.ts';
import type { KeyStore } from '../../functions/tenants/key-store.ts';
import type { TenantRecord } from '../../functions/tenants/model.ts';
import type { TenantStore } from '../../functions/tenants/tenant-store.ts';
import type { UsageStore } from '../../functions/tenants/usage-store.ts';
import { secondsAfter, toInstant } from '../../lib/runtime/clock.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import { settings, START, tenantA, tenantB } from './fixtures.ts';

export interface TenantsStores {
  readonly tenants: TenantStore;
  readonly keys: KeyStore;
  readonly usage: UsageStore;
}

const NOW = toInstant(START);
const record = (tenantId: TenantId, slug = 'alder'): TenantRecord => ({
  tenantId,
  name: 'Alder Goods',
  slug,
  plan: 'starter',
  status: 'onboarding',
  settings,
  version: 0,
  lastChange: 'created',
  revision: 0,
  steps: {},
  failure: null,
  attempt: 0,
  usageKey: null,
  dueAt: NOW,
  expiresAt: null,
  requestHash: 'hash',
  createdAt: NOW,
  updatedAt: NOW,
  actor: { type: 'operator', id: 'operator' },
  traceId: 'trace-1',
});
const keyRecord = (name: string): KeyRecord => ({
  keyId: keyId.derive(name),
  kind: 'secret',
  permissions: ['orders:read'],
  name,
  hash: name.padStart(64, '0'),
  hint: 'abcd',
  createdAt: NOW,
  expiresAt: null,
  replaces: null,
  replacedBy: null,
  requestHash: 'hash',
});

/** What every version of the stores keeps. `make` gives empty ones. */
export const tenantsStoreContract = (make: () => Promise<TenantsStores>): void => {
  describe('tenants', () => {
    it('are recorded once, and the first record is what a second one is told of', async () => {
      const { tenants } = await make();
      expect(await tenants.create(record(tenantA), 'one@example.org')).toBeUndefined();
      const again = await tenants.create({ ...record(tenantA), name: 'Other' }, 'two@example.org');
      expect(again).toEqual(record(tenantA));
      expect(await tenants.find(tenantA)).toEqual(record(tenantA));
      expect(await tenants.ownerEmail(tenantA)).toBe('one@example.org');
      await tenants.forgetOwnerEmail(tenantA);
      await tenants.forgetOwnerEmail(tenantA);
      expect(await tenants.ownerEmail(tenantA)).toBeUndefined();
      expect(await tenants.find(tenantB)).toBeUndefined();
    });

    it('are changed one change after the other, however many come at once', async () => {
      const { tenants } = await make();
      await tenants.create(record(tenantA), 'one@example.org');
      const raise = () => tenants.change(tenantA, (seen) => ({ ...seen, attempt: seen.attempt + 1 }));
      await Promise.all([raise(), raise(), raise(), raise()]);
      expect(await tenants.find(tenantA)).toMatchObject({ attempt: 4, revision: 4 });
    });

    it('stay as they are when a change does nothing or refuses', async () => {
      const { tenants } = await make();
      await tenants.create(record(tenantA), 'one@example.org');
      expect(await tenants.change(tenantA, (seen) => seen)).toEqual(record(tenantA));
      const refuse = tenants.change(tenantA, () => {
        throw new Error('refused');
      });
      await expect(refuse).rejects.toThrow('refused');
      expect(await tenants.find(tenantA)).toEqual(record(tenantA));
      expect(await tenants.change(tenantB, (seen) => seen)).toBeUndefined();
    });

    it('hold a slug alone, and give back only their own', async () => {
      const { tenants } = await make();
      expect(await tenants.slugHolder('alder')).toBeUndefined();
      expect(await tenants.claimSlug('alder', tenantA)).toBe(true);
      expect(await tenants.claimSlug('alder', tenantA)).toBe(true);
      expect(await tenants.claimSlug('alder', tenantB)).toBe(false);
      await tenants.releaseSlug('alder', tenantB);
      expect(await tenants.slugHolder('alder')).toBe(tenantA);
      await tenants.releaseSlug('alder', tenantA);
      await tenants.releaseSlug('alder', tenantA);
      expect(await tenants.claimSlug('alder', tenantB)).toBe(true);
    });

    it('are listed by slug, page by page', async () => {
      const { tenants } = await make();
      await tenants.claimSlug('cedar', tenantA);
      await tenants.claimSlug('birch', tenantB);
      const first = await tenants.list({ limit: 1 });
      expect(first.tenants).toEqual([tenantB]);
      const second = await tenants.list({ limit: 100, after: first.last });
      expect(second).toEqual({ tenants: [tenantA], last: undefined });
    });

    it('are found by what is due, until nothing is', async () => {
      const { tenants } = await make();
      await tenants.create(record(tenantA), 'one@example.org');
      await tenants.create({ ...record(tenantB, 'birch'), dueAt: secondsAfter(START, 60) }, 'two@example.org');
      expect(await tenants.due(NOW, 10)).toEqual([tenantA]);
      expect(new Set(await tenants.due(secondsAfter(START, 60), 10))).toEqual(new Set([tenantA, tenantB]));
      expect(await tenants.due(secondsAfter(START, 60), 1)).toHaveLength(1);
      await tenants.change(tenantA, (seen) => ({ ...seen, dueAt: null }));
      expect(await tenants.due(secondsAfter(START, 60), 10)).toEqual([tenantB]);
    });
  });

  describe('keys', () => {
    const a = keyRecord('a');

    it('are found by id in their tenant and by hash everywhere', async () => {
      const { keys } = await make();
      expect(await keys.add(tenantA, a)).toBeUndefined();
      expect(await keys.find(tenantA, a.keyId)).toEqual(a);
      expect(await keys.find(tenantB, a.keyId)).toBeUndefined();
      expect(await keys.findByHash(a.hash)).toEqual({
        tenant: tenantA,
        keyId: a.keyId,
        kind: 'secret',
        permissions: ['orders:read'],
        expiresAt: null,
      });
      expect(await keys.findByHash('f'.repeat(64))).toBeUndefined();
    });

    it('are added once: a second secret for the same id is worth nothing', async () => {
      const { keys } = await make();
      await keys.add(tenantA, a);
      const second = { ...a, hash: 'e'.repeat(64) };
      expect(await keys.add(tenantA, second)).toEqual(a);
      expect(await keys.findByHash(second.hash)).toBeUndefined();
      expect(await keys.findByHash(a.hash)).toMatchObject({ keyId: a.keyId });
    });

    it('end when they are replaced, in both places, and stay removed when they were', async () => {
      const { keys } = await make();
      const successor = keyRecord('b');
      await keys.add(tenantA, a);
      const end = { at: secondsAfter(START, 60), replacedBy: successor.keyId };
      await keys.retire(tenantA, a, end);
      await keys.retire(tenantA, a, end);
      expect(await keys.findByHash(a.hash)).toMatchObject({ expiresAt: end.at });
      expect(await keys.find(tenantA, a.keyId)).toMatchObject({ expiresAt: end.at, replacedBy: successor.keyId });
      await keys.remove(tenantA, a);
      await keys.retire(tenantA, a, end);
      expect(await keys.findByHash(a.hash)).toBeUndefined();
      expect(await keys.find(tenantA, a.keyId)).toBeUndefined();
    });

    it('are removed from both places, twice as well as once', async () => {
      const { keys } = await make();
      await keys.add(tenantA, a);
      await keys.remove(tenantA, a);
      await keys.remove(tenantA, a);
      expect(await keys.findByHash(a.hash)).toBeUndefined();
      expect((await keys.list(tenantA, { limit: 10 })).keys).toEqual([]);
    });

    it("are listed page by page, without another tenant's", async () => {
      const { keys } = await make();
      const own = ['a', 'b', 'c'].map(keyRecord).toSorted((one, other) => (one.keyId < other.keyId ? -1 : 1));
      await Promise.all(own.map((key) => keys.add(tenantA, key)));
      await keys.add(tenantB, keyRecord('d'));
      const first = await keys.list(tenantA, { limit: 2 });
      expect(first.keys).toEqual(own.slice(0, 2));
      const second = await keys.list(tenantA, { limit: 10, after: first.last });
      expect(second).toEqual({ keys: own.slice(2), last: undefined });
    });
  });

  describe('usage', () => {
    it('counts an order once, on its day, for its tenant', async () => {
      const { usage } = await make();
      const noon = START;
      const nextDay = new Date('2026-03-02T00:00:00.000Z');
      const soon = new Date(noon.getTime() + 10_000);
      const orders = Array.from({ length: 60 }, (_, index) => ({
        orderId: `ord_${index}`,
        confirmedAt: index % 3 === 0 ? soon : noon,
      }));
      await usage.countOrders(tenantA, orders.slice(0, 40));
      await usage.countOrders(tenantA, [...orders.slice(20), { orderId: 'ord_next', confirmedAt: nextDay }]);
      await usage.countOrders(tenantB, [{ orderId: 'ord_0', confirmedAt: noon }]);
      expect(await usage.days(tenantA, '2026-03-01', '2026-03-02')).toEqual([
        { date: '2026-03-01', orders: 60 },
        { date: '2026-03-02', orders: 1 },
      ]);
      expect(await usage.days(tenantA, '2026-03-01', '2026-03-01')).toEqual([{ date: '2026-03-01', orders: 60 }]);
      expect(await usage.days(tenantA, '2026-02-01', '2026-02-28')).toEqual([]);
      expect(await usage.days(tenantB, '2026-03-01', '2026-03-02')).toEqual([{ date: '2026-03-01', orders: 1 }]);
    });
  });
};
