import { describe, expect, it } from 'vitest';
import { endAllSessions } from '../../functions/accounts/end-all-sessions.ts';
import { endSession } from '../../functions/accounts/end-session.ts';
import { PERMISSIONS } from '../../lib/runtime/permissions.ts';
import { blank, claimsOf, customerOf, tenantA, tenantB, TRACE, world } from './fixtures.ts';
import { verifySession } from '../../functions/accounts/verify-session.ts';

/**
 * What careless sessions get wrong, and is looked for here: a refresh token that works twice; reuse that goes unnoticed,
 * or ends only the token and not the family; two refreshes at once that both succeed; logging out that ends nothing
 * until the token expires; a session of one shop that is taken in another.
 */
const DAY = 24 * 3600;
const ada = { email: 'ada@example.org', password: 'correct horse' };
const loggedIn = async () => {
  const w = world();
  await w.register('1', ada);
  const { body } = await w.login(ada.email, ada.password);
  return { w, tokens: body };
};
const refused = { code: 'invalid_refresh_token', status: 401 };

describe('a refresh token', () => {
  it('is good for one exchange, whose tokens belong to the same session', async () => {
    const { w, tokens } = await loggedIn();
    const { body } = await w.refresh(tokens.refreshToken);
    expect(claimsOf(body.accessToken)).toEqual(claimsOf(tokens.accessToken));
    expect(body.refreshToken).not.toBe(tokens.refreshToken);
    expect(await w.stands(body.accessToken)).toMatchObject({ status: 'active' });
  });

  it('that is used again ends the whole family', async () => {
    const { w, tokens } = await loggedIn();
    const second = (await w.refresh(tokens.refreshToken)).body;
    const third = (await w.refresh(second.refreshToken)).body;
    await expect(w.refresh(tokens.refreshToken)).rejects.toMatchObject(refused);
    await expect(w.refresh(third.refreshToken)).rejects.toMatchObject(refused);
    expect(await w.stands(third.accessToken)).toEqual({ status: 'ended' });
    expect((await w.login(ada.email, ada.password)).body.accessToken).toBeTypeOf('string');
  });

  it('whose answer was lost is answered again under its Idempotency-Key, until the new one is used', async () => {
    const { w, tokens } = await loggedIn();
    const first = await w.refresh(tokens.refreshToken, tenantA, 'key-1');
    const again = await w.refresh(tokens.refreshToken, tenantA, 'key-1');
    expect([first.replayed, again.replayed]).toEqual([false, true]);
    expect(again.body.refreshToken).toBe(first.body.refreshToken);
    const next = await w.refresh(first.body.refreshToken, tenantA, 'key-2');
    expect(await w.stands(next.body.accessToken)).toMatchObject({ status: 'active' });
    await expect(w.refresh(tokens.refreshToken, tenantA, 'key-1')).rejects.toMatchObject(refused);
    expect(await w.stands(next.body.accessToken)).toEqual({ status: 'ended' });
  });

  it('that a thief uses under another Idempotency-Key, or none, ends the family', async () => {
    for (const key of ['key-2', undefined]) {
      const { w, tokens } = await loggedIn();
      const { body } = await w.refresh(tokens.refreshToken, tenantA, 'key-1');
      await expect(w.refresh(tokens.refreshToken, tenantA, key)).rejects.toMatchObject(refused);
      expect(await w.stands(body.accessToken)).toEqual({ status: 'ended' });
    }
  });

  it('that is presented twice at once is exchanged once', async () => {
    const { w, tokens } = await loggedIn();
    const outcomes = await Promise.allSettled([w.refresh(tokens.refreshToken), w.refresh(tokens.refreshToken)]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await w.stands(tokens.accessToken)).toEqual({ status: 'ended' });
  });

  it('of another shop or of staff is refused there, and its session stays', async () => {
    const { w, tokens } = await loggedIn();
    await expect(w.refresh(tokens.refreshToken, tenantB)).rejects.toMatchObject(refused);
    await expect(w.staffRefresh(tokens.refreshToken)).rejects.toMatchObject(refused);
    const moved = tokens.refreshToken.replace(tenantA, tenantB);
    await expect(w.refresh(moved, tenantB)).rejects.toMatchObject(refused);
    expect((await w.refresh(tokens.refreshToken)).body.accessToken).toBeTypeOf('string');
  });

  it.each(['', 'rt_', 'rt_a.b.c.d', 'x'.repeat(300), '....', 'rt_....'])('cannot be made up: %j', async (token) => {
    const { w } = await loggedIn();
    await expect(w.refresh(token)).rejects.toMatchObject(refused);
  });

  it('lapses after 30 days without use, and after 180 in any case', async () => {
    const { w, tokens } = await loggedIn();
    let { refreshToken } = tokens;
    for (let month = 0; month < 6; month += 1) {
      w.pass(30 * DAY - 1);
      ({ refreshToken } = (await w.refresh(refreshToken)).body);
    }
    w.pass(60);
    await expect(w.refresh(refreshToken)).rejects.toMatchObject(refused);
    const other = await loggedIn();
    other.w.pass(30 * DAY);
    await expect(other.w.refresh(other.tokens.refreshToken)).rejects.toMatchObject(refused);
    expect(await other.w.stands(other.tokens.accessToken)).toEqual({ status: 'ended' });
  });
});

describe('logging out', () => {
  it('here ends this session and no other', async () => {
    const { w, tokens } = await loggedIn();
    const elsewhere = (await w.login(ada.email, ada.password)).body;
    const { sub, sid } = claimsOf(tokens.accessToken);
    for (const _ of [1, 2]) await endSession(w)({ ...blank, caller: customerOf(tenantA, sub, sid) });
    expect(await w.stands(tokens.accessToken)).toEqual({ status: 'ended' });
    await expect(w.refresh(tokens.refreshToken)).rejects.toMatchObject(refused);
    expect(await w.stands(elsewhere.accessToken)).toMatchObject({ status: 'active' });
  });

  it('everywhere ends all sessions at once, and new ones can begin', async () => {
    const { w, tokens } = await loggedIn();
    const elsewhere = (await w.login(ada.email, ada.password)).body;
    const { sub, sid } = claimsOf(tokens.accessToken);
    await endAllSessions(w)({ ...blank, caller: customerOf(tenantA, sub, sid) });
    expect(await w.stands(tokens.accessToken)).toEqual({ status: 'ended' });
    expect(await w.stands(elsewhere.accessToken)).toEqual({ status: 'ended' });
    await expect(w.refresh(elsewhere.refreshToken)).rejects.toMatchObject(refused);
    const again = (await w.login(ada.email, ada.password)).body;
    expect(await w.stands(again.accessToken)).toMatchObject({ status: 'active' });
  });
});

describe('verify-session', () => {
  it('knows a session only under its tenant, its holder and its kind', async () => {
    const { w, tokens } = await loggedIn();
    const { sub: actorId, sid, kind } = claimsOf(tokens.accessToken);
    const ask = (tenant: typeof tenantA, asked: { actorId: string; sessionId: string; kind: 'staff' | 'customer' }) =>
      verifySession(w)({ tenant, traceId: TRACE }, asked);
    expect(await ask(tenantA, { actorId, sessionId: sid, kind })).toEqual({
      status: 'active',
      actorId,
      permissions: [],
    });
    expect(await ask(tenantB, { actorId, sessionId: sid, kind })).toEqual({ status: 'ended' });
    expect(await ask(tenantA, { actorId, sessionId: sid, kind: 'staff' })).toEqual({ status: 'ended' });
    expect(await ask(tenantA, { actorId, sessionId: 'ses_unknown', kind })).toEqual({ status: 'ended' });
    expect(await ask(tenantA, { actorId: 'customer#x', sessionId: sid, kind })).toEqual({ status: 'ended' });
  });

  it("gives a staff member the permissions that the member's roles have now", async () => {
    const w = world();
    await w.invite(tenantA, 'owner@example.org');
    await w.accept(await w.invitation(tenantA), 'correct horse');
    const { body } = await w.staffLogin('owner@example.org', 'correct horse');
    expect(await w.stands(body.accessToken)).toMatchObject({ status: 'active', permissions: PERMISSIONS });
  });
});
