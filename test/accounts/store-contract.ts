import { describe, expect, it } from 'vitest';
import type { AttemptStore } from '../../functions/accounts/attempt-store.ts';
import { MAX_PENDING } from '../../functions/accounts/attempts.ts';
import type { CustomerStore } from '../../functions/accounts/customer-store.ts';
import { customerId, sessionId, staffId } from '../../functions/accounts/model.ts';
import type { SessionHolder, SessionRecord } from '../../functions/accounts/session.ts';
import type { SessionStore } from '../../functions/accounts/session-store.ts';
import type { StaffRecord, StaffStore } from '../../functions/accounts/staff-store.ts';
import { secondsAfter, toInstant } from '../../lib/runtime/clock.ts';
import { START, tenantA, tenantB } from './fixtures.ts';

export interface AccountsStores {
  readonly customers: CustomerStore;
  readonly sessions: SessionStore;
  readonly staff: StaffStore;
  readonly attempts: AttemptStore;
}

const NOW = toInstant(START);
const ada = customerId.derive('ada');
const holder: SessionHolder = { kind: 'customer', actorId: ada };
const owner = staffId.derive('owner');
const staffHolder: SessionHolder = { kind: 'staff', actorId: owner };
const session: SessionRecord = {
  sessionId: sessionId.derive('1'),
  status: 'active',
  epoch: 0,
  refreshHash: 'first',
  createdAt: NOW,
  expiresAt: secondsAfter(START, 60),
  endsAt: secondsAfter(START, 3600),
};
const customer = (id = ada) => ({
  account: { customerId: id, status: 'active' as const, epoch: 0, createdAt: NOW },
  person: {
    customerId: id,
    email: 'ada@example.org',
    name: null,
    locale: null,
    addresses: [],
    version: 1,
    createdAt: NOW,
    updatedAt: NOW,
  },
  passwordHash: 'hash',
});
const member: StaffRecord = {
  staffId: owner,
  status: 'invited',
  roles: ['owner'],
  epoch: 0,
  emailHash: 'email-hash',
  nonce: 'nonce',
  createdAt: NOW,
};
const person = { email: 'owner@example.org', name: null };
const rotation = (from: string, to: string, now = NOW) => ({ from, to, now, expiresAt: secondsAfter(START, 120) });

/** What every version of the stores keeps. `make` gives empty ones. */
export const accountsStoreContract = (make: () => Promise<AccountsStores>): void => {
  describe('customers', () => {
    it('are remembered by what was asked for first', async () => {
      const { customers } = await make();
      expect(await customers.remember(tenantA, ada, { proof: 'one', at: START })).toBeUndefined();
      expect(await customers.remember(tenantA, ada, { proof: 'two', at: START })).toBe('one');
    });

    it('have an email alone in their tenant: a second registration leaves the first one as it is', async () => {
      const { customers, sessions } = await make();
      const other = customerId.derive('other');
      await customers.register(tenantA, 'email-hash', customer());
      await customers.register(tenantA, 'email-hash', { ...customer(other), passwordHash: 'other' });
      await customers.register(tenantA, 'email-hash', { ...customer(), passwordHash: 'other' });
      expect(await customers.login(tenantA, 'email-hash')).toEqual({ customerId: ada, passwordHash: 'hash' });
      expect(await customers.person(tenantA, other)).toBeUndefined();
      expect(await sessions.access(tenantA, { kind: 'customer', actorId: other })).toBeUndefined();
      expect(await customers.login(tenantB, 'email-hash')).toBeUndefined();
      await customers.register(tenantB, 'email-hash', customer(other));
      expect(await customers.person(tenantB, other)).toEqual(customer(other).person);
    });

    it('are changed one change after the other, however many come at once', async () => {
      const { customers } = await make();
      await customers.register(tenantA, 'email-hash', customer());
      const append = (letter: string) =>
        customers.change(tenantA, ada, (seen) => ({ ...seen, name: (seen.name ?? '') + letter }));
      await Promise.all(['a', 'b', 'c'].map(append));
      const { name, version } = (await customers.person(tenantA, ada)) ?? { name: '', version: 0 };
      expect([...(name ?? '')].toSorted()).toEqual(['a', 'b', 'c']);
      expect(version).toBe(4);
      expect(await customers.change(tenantA, ada, (seen) => seen)).toMatchObject({ version: 4 });
      expect(await customers.change(tenantB, ada, (seen) => seen)).toBeUndefined();
    });
  });

  describe('sessions', () => {
    const withSession = async () => {
      const stores = await make();
      await stores.customers.register(tenantA, 'email-hash', customer());
      await stores.sessions.begin(tenantA, holder, session);
      return stores;
    };

    it('are found under their tenant and holder only', async () => {
      const { sessions } = await withSession();
      expect(await sessions.find(tenantA, holder, session.sessionId)).toEqual(session);
      expect(await sessions.find(tenantB, holder, session.sessionId)).toBeUndefined();
      const other: SessionHolder = { kind: 'customer', actorId: customerId.derive('other') };
      expect(await sessions.find(tenantA, other, session.sessionId)).toBeUndefined();
    });

    it('exchange the last token of an active session, once', async () => {
      const { sessions } = await withSession();
      const rotate = (from: string, to: string, now = NOW) =>
        sessions.rotate(tenantA, holder, session.sessionId, rotation(from, to, now));
      const both = await Promise.all([rotate('first', 'second'), rotate('first', 'other')]);
      expect(both.toSorted()).toEqual(['reused', 'rotated']);
      const { refreshHash = '', expiresAt } = (await sessions.find(tenantA, holder, session.sessionId)) ?? {};
      expect(expiresAt).toBe(secondsAfter(START, 120));
      expect(await rotate('first', 'third')).toBe('reused');
      expect(await rotate(refreshHash, 'third', secondsAfter(START, 120))).toBe('ended');
      expect(await rotate(refreshHash, 'third', secondsAfter(START, 119))).toBe('rotated');
      await sessions.end(tenantA, holder, session.sessionId);
      expect(await rotate('third', 'fourth')).toBe('ended');
    });

    it('that are unknown can be ended and are not there afterwards', async () => {
      const { sessions } = await make();
      await sessions.end(tenantA, holder, session.sessionId);
      await sessions.endAll(tenantA, holder);
      expect(await sessions.find(tenantA, holder, session.sessionId)).toBeUndefined();
      expect(await sessions.access(tenantA, holder)).toBeUndefined();
      expect(await sessions.rotate(tenantA, holder, session.sessionId, rotation('first', 'second'))).toBe('ended');
    });

    it('are left behind by the epoch of their holder', async () => {
      const { sessions } = await withSession();
      expect(await sessions.access(tenantA, holder)).toEqual({ epoch: 0, roles: [] });
      await sessions.endAll(tenantA, holder);
      expect(await sessions.access(tenantA, holder)).toEqual({ epoch: 1, roles: [] });
    });
  });

  describe('staff', () => {
    it('are invited once, and log in when they have accepted', async () => {
      const { staff, sessions } = await make();
      expect(await staff.invite(tenantA, member, person)).toBeUndefined();
      expect(await staff.invite(tenantA, { ...member, nonce: 'other' }, person)).toEqual(member);
      expect(await sessions.access(tenantA, staffHolder)).toBeUndefined();
      expect(await staff.activate(tenantA, owner, 'another nonce')).toBe(false);
      expect(await staff.activate(tenantB, owner, 'nonce')).toBe(false);
      for (const _ of [1, 2]) expect(await staff.activate(tenantA, owner, 'nonce')).toBe(true);
      expect(await sessions.access(tenantA, staffHolder)).toEqual({ epoch: 0, roles: ['owner'] });
    });

    it('that were removed, or never there, stay away', async () => {
      const { staff, sessions } = await make();
      await staff.invite(tenantA, member, person);
      await staff.activate(tenantA, owner, 'nonce');
      await staff.join('email-hash', { tenant: tenantA, staffId: owner });
      for (const _ of [1, 2]) await staff.remove(tenantA, owner, NOW);
      expect(await sessions.access(tenantA, staffHolder)).toBeUndefined();
      expect(await staff.activate(tenantA, owner, 'nonce')).toBe(false);
      expect(await staff.activate(tenantA, owner, '')).toBe(false);
      expect((await staff.person('email-hash')).memberships).toEqual([]);
      expect(await staff.invite(tenantA, member, person)).toMatchObject({ status: 'removed' });
      await staff.remove(tenantB, owner, NOW);
      expect(await staff.invite(tenantB, member, person)).toMatchObject({ status: 'removed' });
    });

    it('are persons with one login and a membership per tenant', async () => {
      const { staff } = await make();
      expect(await staff.person('email-hash')).toEqual({ login: undefined, memberships: [] });
      const both = await Promise.all([staff.createLogin('email-hash', 'one'), staff.createLogin('email-hash', 'two')]);
      expect(both.toSorted()).toEqual([false, true]);
      const a = { tenant: tenantA, staffId: owner };
      const b = { tenant: tenantB, staffId: owner };
      for (const membership of [a, b, a]) await staff.join('email-hash', membership);
      const found = await staff.person('email-hash');
      expect(found.memberships).toEqual(expect.arrayContaining([a, b]));
      expect(found.memberships).toHaveLength(2);
      expect((await staff.person('other-hash')).login).toBeUndefined();
    });

    it("are listed page by page with what is personal about them, without another tenant's", async () => {
      const { staff } = await make();
      const ids = ['1', '2', '3'].map((name) => staffId.derive(name)).toSorted();
      for (const id of ids) await staff.invite(tenantA, { ...member, staffId: id }, person);
      await staff.invite(tenantB, member, person);
      const first = await staff.list(tenantA, { limit: 2 });
      expect(first.staff.map(({ record }) => record.staffId)).toEqual(ids.slice(0, 2));
      expect(first.staff[0]?.person).toEqual(person);
      const second = await staff.list(tenantA, { limit: 10, after: first.last });
      expect(second.staff.map(({ record }) => record.staffId)).toEqual(ids.slice(2));
      expect(second.last).toBeUndefined();
    });
  });

  describe('attempts', () => {
    const wrong = async (attempts: AttemptStore, seconds = 0): Promise<number> => {
      const pause = await attempts.begin('email-hash', new Date(START.getTime() + seconds * 1000));
      if (pause === 0) await attempts.settle('email-hash', 'wrong');
      return pause;
    };
    const several = async (attempts: AttemptStore, count: number): Promise<number[]> => {
      const pauses: number[] = [];
      for (let attempt = 0; attempt < count; attempt += 1) pauses.push(await wrong(attempts));
      return pauses;
    };

    it('are counted one by one, and forgotten when one was right', async () => {
      const { attempts } = await make();
      expect(await several(attempts, 6)).toEqual([0, 0, 0, 0, 0, 30]);
      expect(await attempts.begin('other-hash', START)).toBe(0);
      await attempts.settle('email-hash', 'right');
      expect(await several(attempts, 6)).toEqual([0, 0, 0, 0, 0, 30]);
      await attempts.settle('unknown-hash', 'right');
      await attempts.settle('unknown-hash', 'wrong');
      expect(await attempts.begin('unknown-hash', START)).toBe(0);
    });

    it('that come at once are let through up to a limit, and one by one when there were wrong ones', async () => {
      const { attempts } = await make();
      const flood = async () =>
        (await Promise.all(Array.from({ length: 50 }, () => attempts.begin('email-hash', START)))).filter(
          (pause) => pause === 0,
        );
      expect(await flood()).toHaveLength(MAX_PENDING);
      await Promise.all(Array.from({ length: MAX_PENDING }, () => attempts.settle('email-hash', 'wrong')));
      expect(await flood()).toHaveLength(1);
    });

    it('go on after the pause, with a longer one, and begin anew after a day', async () => {
      const { attempts } = await make();
      await several(attempts, 5);
      expect(await wrong(attempts, 29)).toBe(1);
      expect(await wrong(attempts, 30)).toBe(0);
      expect(await wrong(attempts, 31)).toBe(59);
      expect(await wrong(attempts, 24 * 3600)).toBe(0);
      expect(await wrong(attempts, 24 * 3600)).toBe(0);
    });
  });
};
