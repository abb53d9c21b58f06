import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTenantSessions, type TenantSession } from '../../lib/runtime/tenant-sessions.ts';
import { tenantId, type TenantId } from '../../lib/runtime/tenant.ts';

const HOUR = 3_600_000;
const TENANTS = Array.from({ length: 6 }, () => tenantId.random());
const [tenant = tenantId.random()] = TENANTS;

/** STS that answers when it is told to, and says in each secret for whom it is. */
const fakeSts = () => {
  const asked: { readonly tenant: TenantId; readonly answer: () => void; readonly fail: () => void }[] = [];
  let now = 0;
  let number = 0;
  const open = (who: TenantId) =>
    new Promise<TenantSession>((resolve, reject) => {
      const answer = () => {
        number += 1;
        const credentials = { accessKeyId: `ASIA${number}`, secretAccessKey: who, sessionToken: String(now + HOUR) };
        resolve({ credentials, expiresAt: now + HOUR });
      };
      asked.push({ tenant: who, answer, fail: () => reject(new Error('STS is not there')) });
    });
  return {
    asked,
    open,
    now: () => now,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    answerAll: () => {
      for (const { answer } of asked.splice(0)) answer();
    },
  };
};

const sessionsOver = (sts: ReturnType<typeof fakeSts>, maxKept?: number) =>
  createTenantSessions({ open: sts.open, now: sts.now, ...(maxKept === undefined ? {} : { maxKept }) });

/** The next turn of the event loop: what was answered has arrived everywhere. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("tenants' sessions", () => {
  it('are opened once for all who wait, and then at hand', async () => {
    const sts = fakeSts();
    const sessions = sessionsOver(sts);
    const waiting = [sessions.of(tenant), sessions.of(tenant), sessions.of(tenant)];
    expect(sts.asked).toHaveLength(1);
    sts.answerAll();
    const [first, ...others] = await Promise.all(waiting);
    expect(others).toEqual([first, first]);
    expect(sessions.of(tenant)).toBe(first);
  });

  it('are renewed shortly before they end, while the old one still serves', async () => {
    const sts = fakeSts();
    const sessions = sessionsOver(sts);
    const opened = sessions.of(tenant);
    sts.answerAll();
    const old = await opened;
    sts.pass(HOUR - 5 * 60_000 - 1);
    expect(sessions.of(tenant)).toBe(old);
    expect(sts.asked).toHaveLength(0);
    sts.pass(1);
    expect(sessions.of(tenant)).toBe(old);
    expect(sessions.of(tenant)).toBe(old);
    expect(sts.asked).toHaveLength(1);
    sts.answerAll();
    await settled();
    expect(sessions.of(tenant)).not.toBe(old);
    expect(sessions.of(tenant)).not.toBeInstanceOf(Promise);
  });

  it('serve on when a renewal fails, and the next use tries again', async () => {
    const sts = fakeSts();
    const sessions = sessionsOver(sts);
    const opened = sessions.of(tenant);
    sts.answerAll();
    const old = await opened;
    sts.pass(HOUR - 60_000);
    expect(sessions.of(tenant)).toBe(old);
    for (const { fail } of sts.asked.splice(0)) fail();
    await settled();
    expect(sessions.of(tenant)).toBe(old);
    expect(sts.asked).toHaveLength(1);
  });

  it('are waited for when the old one is about to end', async () => {
    const sts = fakeSts();
    const sessions = sessionsOver(sts);
    const opened = sessions.of(tenant);
    sts.answerAll();
    const old = await opened;
    sts.pass(HOUR - 30_000);
    const next = sessions.of(tenant);
    expect(next).toBeInstanceOf(Promise);
    sts.answerAll();
    expect(await next).not.toBe(old);
  });

  it('that could not be opened fail everybody who waits, and are tried anew by the next', async () => {
    const sts = fakeSts();
    const sessions = sessionsOver(sts);
    const waiting = [sessions.of(tenant), sessions.of(tenant)].map((one) => Promise.resolve(one));
    for (const { fail } of sts.asked.splice(0)) fail();
    for (const one of waiting) await expect(one).rejects.toThrow('STS is not there');
    const again = sessions.of(tenant);
    sts.answerAll();
    expect(await again).toMatchObject({ secretAccessKey: tenant });
  });

  it('are forgotten when AWS takes them no more, but not their successors', async () => {
    const sts = fakeSts();
    const sessions = sessionsOver(sts);
    const open = async () => {
      const opening = sessions.of(tenant);
      sts.answerAll();
      return await opening;
    };
    const first = await open();
    sessions.drop(tenant, first);
    const second = await open();
    expect(second).not.toBe(first);
    sessions.drop(tenant, first);
    expect(sessions.of(tenant)).toBe(second);
  });

  it('are as many as is said: the one that was not used for longest goes', async () => {
    const sts = fakeSts();
    const sessions = sessionsOver(sts, 2);
    const [a, b, c] = TENANTS;
    if (a === undefined || b === undefined || c === undefined) throw new Error('three are needed');
    for (const one of [a, b]) void sessions.of(one);
    sts.answerAll();
    await settled();
    void sessions.of(a);
    void sessions.of(c);
    sts.answerAll();
    await settled();
    expect(sessions.of(a)).not.toBeInstanceOf(Promise);
    expect(sessions.of(c)).not.toBeInstanceOf(Promise);
    expect(sessions.of(b)).toBeInstanceOf(Promise);
  });

  it('are never one for another, never over, and never opened twice at a time, whatever happens', async () => {
    const index = fc.nat({ max: TENANTS.length - 1 });
    const step = fc.oneof(
      { weight: 10, arbitrary: fc.record({ use: index }) },
      { weight: 10, arbitrary: fc.record({ answer: fc.nat({ max: 2 }) }) },
      { weight: 1, arbitrary: fc.record({ fail: fc.nat({ max: 2 }) }) },
      { weight: 1, arbitrary: fc.record({ pass: fc.nat({ max: 2 * HOUR }) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), async (steps, maxKept) => {
        const sts = fakeSts();
        const sessions = sessionsOver(sts, maxKept);
        const wrong: string[] = [];
        for (const each of steps) {
          if ('pass' in each) sts.pass(each.pass);
          else if ('use' in each) {
            const who = TENANTS[each.use] ?? tenant;
            const held = sessions.of(who);
            if (!(held instanceof Promise) && Number(held.sessionToken) <= sts.now()) wrong.push('a session is over');
            Promise.resolve(held).then(
              ({ secretAccessKey }) => {
                if (secretAccessKey !== who) wrong.push(`${who} got what is ${secretAccessKey}'s`);
              },
              () => undefined,
            );
          } else {
            const [one] = sts.asked.splice('answer' in each ? each.answer : each.fail, 1);
            if ('answer' in each) one?.answer();
            else one?.fail();
          }
          await settled();
          const open = sts.asked.map((request) => request.tenant);
          if (new Set(open).size < open.length) wrong.push('a session is opened twice at a time');
        }
        const atHand = TENANTS.filter((who) => {
          const held = sessions.of(who);
          if (!(held instanceof Promise)) return true;
          held.catch(() => undefined);
          return false;
        });
        if (atHand.length > maxKept) wrong.push('more are kept than may be');
        expect(wrong).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
