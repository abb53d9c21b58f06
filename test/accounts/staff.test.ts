import { describe, expect, it } from 'vitest';
import { ownerIdOf } from '../../functions/accounts/create-owner.ts';
import { endAllStaffSessions } from '../../functions/accounts/end-all-staff-sessions.ts';
import { endStaffSession } from '../../functions/accounts/end-staff-session.ts';
import { listRoles } from '../../functions/accounts/list-roles.ts';
import { listStaff } from '../../functions/accounts/list-staff.ts';
import { removeOwner } from '../../functions/accounts/remove-owner.ts';
import { permissionsOf, ROLES } from '../../functions/accounts/roles.ts';
import { PERMISSIONS } from '../../lib/runtime/permissions.ts';
import { blank, claimsOf, staffOf, tenantA, tenantB, TRACE, world } from './fixtures.ts';

/**
 * What careless invitations get wrong, and is looked for here: a token that works for another tenant or for ever; one
 * that resets the password of somebody who already has one; a second use by somebody else; an owner who stays after the
 * rollback of onboarding.
 */
const EMAIL = 'owner@example.org';
const invited = async () => {
  const w = world();
  await w.invite(tenantA, EMAIL);
  return { w, token: await w.invitation(tenantA) };
};
const refused = { code: 'invalid_invitation', status: 401 };

describe('an invitation', () => {
  it('lets the owner set a password and log in', async () => {
    const { w, token } = await invited();
    await expect(w.staffLogin(EMAIL, 'correct horse')).rejects.toMatchObject({ code: 'invalid_credentials' });
    expect((await w.accept(token, 'correct horse')).body).toEqual({ tenant: tenantA, staffId: ownerIdOf(tenantA) });
    const { body } = await w.staffLogin(EMAIL, 'correct horse');
    expect(body.tenant).toBe(tenantA);
    expect(claimsOf(body.accessToken)).toMatchObject({ tenant: tenantA, kind: 'staff', sub: ownerIdOf(tenantA) });
    expect(await w.invitation(tenantA)).toBe('accepted');
  });

  it('can be accepted again with the same password only', async () => {
    const { w, token } = await invited();
    const first = await w.accept(token, 'correct horse');
    expect(await w.accept(token, 'correct horse')).toEqual(first);
    await expect(w.accept(token, 'another password')).rejects.toMatchObject({ code: 'invalid_credentials' });
    expect((await w.staffLogin(EMAIL, 'correct horse')).body.tenant).toBe(tenantA);
  });

  it('lapses after 72 hours; a new look makes a new one', async () => {
    const { w, token } = await invited();
    w.pass(72 * 3600);
    await expect(w.accept(token, 'correct horse')).rejects.toMatchObject(refused);
    const fresh = await w.invitation(tenantA);
    expect(fresh).not.toBe(token);
    expect((await w.accept(fresh, 'correct horse')).body.tenant).toBe(tenantA);
  });

  it('cannot be changed: not its tenant, its person, its time or its seal', async () => {
    const { w, token } = await invited();
    await w.invite(tenantB, 'other@example.org');
    const [tenant = '', staff = '', expires = '', seal = ''] = token.slice('inv_'.length).split('.');
    const forged = [
      [tenantB, staff, expires, seal],
      [tenantB, ownerIdOf(tenantB), expires, seal],
      [tenant, ownerIdOf(tenantB), expires, seal],
      [tenant, staff, String(Number(expires) + 1), seal],
      [tenant, staff, expires, `${seal.startsWith('A') ? 'B' : 'A'}${seal.slice(1)}`],
      [tenant, staff, expires, ''],
      [tenant, staff, expires, seal, 'more'],
      [tenant, staff, `-${expires}`, seal],
    ];
    for (const parts of forged) {
      await expect(w.accept(`inv_${parts.join('.')}`, 'correct horse')).rejects.toMatchObject(refused);
    }
    await expect(w.accept('', 'correct horse')).rejects.toMatchObject(refused);
    expect((await w.accept(token, 'correct horse')).body.tenant).toBe(tenantA);
  });

  it('is void under another secret', async () => {
    const { w, token } = await invited();
    w.state.keySet = { ...w.state.keySet, seed: 'another seed, also of thirty-two characters' };
    await expect(w.accept(token, 'correct horse')).rejects.toMatchObject(refused);
  });

  it('does not open the shops where the person works already', async () => {
    const { w, token } = await invited();
    await w.accept(token, 'correct horse');
    await w.invite(tenantB, EMAIL.toUpperCase());
    const second = await w.invitation(tenantB);
    await expect(w.accept(second, 'password of a thief')).rejects.toMatchObject({ code: 'invalid_credentials' });
    expect((await w.staffLogin(EMAIL, 'correct horse')).body.tenant).toBe(tenantA);
    for (let guess = 0; guess < 5; guess += 1) {
      await expect(w.accept(second, `guess number ${guess}`)).rejects.toMatchObject({ code: 'invalid_credentials' });
    }
    await expect(w.accept(second, 'correct horse')).rejects.toMatchObject({ code: 'too_many_attempts' });
  });
});

describe('a person who works for two shops', () => {
  const withBoth = async () => {
    const w = world();
    for (const tenant of [tenantA, tenantB]) {
      await w.invite(tenant, EMAIL);
      await w.accept(await w.invitation(tenant), 'correct horse');
    }
    return w;
  };

  it('says for which one, and is asked to only after the right password', async () => {
    const w = await withBoth();
    await expect(w.staffLogin(EMAIL, 'wrong password')).rejects.toMatchObject({ code: 'invalid_credentials' });
    await expect(w.staffLogin(EMAIL, 'correct horse')).rejects.toMatchObject({
      code: 'tenant_required',
      extensions: { tenants: [tenantA, tenantB] },
    });
    expect((await w.staffLogin(EMAIL, 'correct horse', tenantB)).body.tenant).toBe(tenantB);
  });

  it('logs out of one without leaving the other', async () => {
    const w = await withBoth();
    const a = (await w.staffLogin(EMAIL, 'correct horse', tenantA)).body;
    const a2 = (await w.staffLogin(EMAIL, 'correct horse', tenantA)).body;
    const b = (await w.staffLogin(EMAIL, 'correct horse', tenantB)).body;
    const caller = staffOf(tenantA, claimsOf(a.accessToken).sub, claimsOf(a.accessToken).sid);
    await endStaffSession(w)({ ...blank, caller });
    expect(await w.stands(a.accessToken)).toEqual({ status: 'ended' });
    expect(await w.stands(a2.accessToken)).toMatchObject({ status: 'active' });
    await endAllStaffSessions(w)({ ...blank, caller });
    expect(await w.stands(a2.accessToken)).toEqual({ status: 'ended' });
    await expect(w.staffRefresh(a2.refreshToken)).rejects.toMatchObject({ code: 'invalid_refresh_token' });
    expect((await w.staffRefresh(b.refreshToken)).body.accessToken).toBeTypeOf('string');
  });
});

describe('staff', () => {
  it('of a shop where somebody does not work is refused like a wrong password', async () => {
    const { w, token } = await invited();
    await w.accept(token, 'correct horse');
    const outcome = async (work: Promise<unknown>) => work.catch((error: unknown) => error);
    w.takeWork();
    const wrong = await outcome(w.staffLogin(EMAIL, 'wrong password'));
    const workOfWrong = w.takeWork();
    const unknown = await outcome(w.staffLogin('eve@example.org', 'wrong password'));
    expect(unknown).toEqual(wrong);
    expect(w.takeWork()).toEqual(workOfWrong);
    expect(await outcome(w.staffLogin(EMAIL, 'correct horse', tenantB))).toEqual(wrong);
  });

  it('are listed for their shop, with their roles', async () => {
    const { w } = await invited();
    await w.invite(tenantB, 'other@example.org');
    const list = async (tenant: typeof tenantA) =>
      (await listStaff(w)({ ...blank, caller: staffOf(tenant, 'stf_1'), query: { limit: 20 } })).body.items;
    expect(await list(tenantA)).toMatchObject([{ email: EMAIL, roles: ['owner'], status: 'invited' }]);
    expect(await list(tenantB)).toMatchObject([{ email: 'other@example.org' }]);
  });

  it('have roles that are data: an owner may do everything, and each role only known things', async () => {
    const { items } = (await listRoles()({ ...blank, caller: staffOf(tenantA, 'stf_1') })).body;
    expect(items).toEqual(ROLES);
    expect(permissionsOf(['owner'])).toEqual(PERMISSIONS);
    expect(permissionsOf([])).toEqual([]);
    expect(permissionsOf(['catalog', 'support'])).toContain('customers:read');
    expect(permissionsOf(['support'])).not.toContain('payments:write');
    for (const { permissions } of items) expect(PERMISSIONS).toEqual(expect.arrayContaining(permissions));
  });
});

describe('the owner of an onboarding', () => {
  it('is made once, however often it is asked for', async () => {
    const { w, token } = await invited();
    expect(await w.invite(tenantA, 'somebody-else@example.org')).toEqual({
      status: 'created',
      staffId: ownerIdOf(tenantA),
    });
    await w.accept(token, 'correct horse');
    await expect(w.staffLogin('somebody-else@example.org', 'correct horse')).rejects.toThrow();
  });

  it('is gone after the rollback, and one who comes late does not stay', async () => {
    const { w, token } = await invited();
    const remove = () => removeOwner(w)({ tenant: tenantA, traceId: TRACE });
    for (const _ of [1, 2]) expect(await remove()).toEqual({ status: 'removed' });
    await expect(w.accept(token, 'correct horse')).rejects.toMatchObject(refused);
    expect(await w.invite(tenantA, EMAIL)).toEqual({ status: 'closed' });
    expect(await w.invitation(tenantA)).toBe('none');
    const list = listStaff(w)({ ...blank, caller: staffOf(tenantA, 'stf_1'), query: { limit: 20 } });
    expect((await list).body.items).toEqual([]);

    const other = world();
    await removeOwner(other)({ tenant: tenantA, traceId: TRACE });
    expect(await other.invite(tenantA, EMAIL)).toEqual({ status: 'closed' });
  });
});
