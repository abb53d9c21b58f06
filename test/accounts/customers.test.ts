import { describe, expect, it } from 'vitest';
import { MAX_PENDING } from '../../functions/accounts/attempts.ts';
import { registerCustomerRoute } from '../../functions/accounts/register-customer.ts';
import { claimsOf, tenantA, tenantB, world } from './fixtures.ts';

/**
 * What a careless login gets wrong, and is looked for here: an answer, a status, a header or a step that differs for an
 * email that has an account; a second registration that takes an account over; a password, or a plain hash of it, at
 * rest; guesses at the same time that are not counted.
 */
const ada = { email: 'ada@example.org', password: 'correct horse', name: 'Ada' };
const withAda = async () => {
  const w = world();
  await w.register('1', ada);
  w.takeWork();
  return w;
};
const outcome = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (answer) => answer,
    (error: unknown) => error,
  );

describe('registration', () => {
  it('lets the customer log in at once, in that shop alone', async () => {
    const w = await withAda();
    const { body } = await w.login('ADA@example.org ', 'correct horse');
    expect(claimsOf(body.accessToken)).toMatchObject({ tenant: tenantA, kind: 'customer' });
    await expect(w.login(ada.email, ada.password, tenantB)).rejects.toMatchObject({ code: 'invalid_credentials' });
  });

  it('answers and works the same whether or not the email has an account, and takes none over', async () => {
    const w = world();
    const first = await w.register('1', ada);
    const work = w.takeWork();
    const second = await w.register('2', { ...ada, password: 'another password' });
    expect(second).toEqual(first);
    expect(w.takeWork()).toEqual(work);
    await expect(w.login(ada.email, 'another password')).rejects.toMatchObject({ code: 'invalid_credentials' });
    expect((await w.login(ada.email, ada.password)).body.accessToken).toBeTypeOf('string');
  });

  it('is done once per Idempotency-Key; another password under the same key is another request', async () => {
    const w = await withAda();
    expect(await w.register('1', ada)).toEqual({ body: { status: 'accepted' }, replayed: true });
    await expect(w.register('1', { ...ada, password: 'another password' })).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
  });

  it('keeps neither the password nor a hash that could be guessed at', async () => {
    const w = world();
    const remembered: string[] = [];
    const remember = w.customers.remember;
    w.customers.remember = async (tenant, id, request) => {
      remembered.push(request.proof);
      return remember(tenant, id, request);
    };
    await w.register('1', ada);
    w.state.keySet = { ...w.state.keySet, seed: 'another seed, also of thirty-two characters' };
    await w.register('2', ada, tenantB);
    // The same request leaves another mark under another secret: without the secret it says nothing.
    expect(remembered[0]).not.toBe(remembered[1]);
  });

  it.each([
    ['a short password', { password: '1234567' }],
    ['a password without end', { password: 'x'.repeat(129) }],
    ['no email', { email: 'ada' }],
    ['an email with a line break', { email: 'ada@example.org\nbcc: x@example.org' }],
    ['an unknown field', { roles: ['owner'] }],
    ['an empty name', { name: ' ' }],
  ])('refuses %s', (_what, change) => {
    expect(registerCustomerRoute.body.safeParse(ada).success).toBe(true);
    expect(registerCustomerRoute.body.safeParse({ ...ada, ...change }).success).toBe(false);
  });
});

describe('login', () => {
  it('is refused in the same words and by the same work for a wrong password and for an unknown email', async () => {
    const w = await withAda();
    const wrong = await outcome(w.login(ada.email, 'wrong password'));
    const workOfWrong = w.takeWork();
    const unknown = await outcome(w.login('eve@example.org', 'wrong password'));
    expect(unknown).toEqual(wrong);
    expect(unknown).toMatchObject({ status: 401, code: 'invalid_credentials', message: expect.any(String) });
    expect(w.takeWork()).toEqual(workOfWrong);
    expect(workOfWrong.filter((step) => step === 'hash')).toHaveLength(1);
  });

  it('is slowed down in the same way for an email that has an account and for one that has none', async () => {
    const w = await withAda();
    const rows: unknown[][] = [[], []];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      rows[0]?.push(await outcome(w.login(ada.email, 'wrong password')));
      rows[1]?.push(await outcome(w.login('eve@example.org', 'wrong password')));
      w.pass(10);
    }
    expect(rows[0]).toEqual(rows[1]);
    expect(rows[0]?.map((error) => (error instanceof Error ? error.name : 'in'))).toEqual([
      ...Array<string>(5).fill('invalid_credentials'),
      ...Array<string>(2).fill('too_many_attempts'),
      'invalid_credentials',
    ]);
  });

  it('refuses the right password too while it is slowed down, and takes it afterwards', async () => {
    const w = await withAda();
    for (let attempt = 0; attempt < 5; attempt += 1) await outcome(w.login(ada.email, 'wrong password'));
    await expect(w.login(ada.email, ada.password)).rejects.toMatchObject({ status: 429, retryAfter: 30 });
    w.pass(30);
    expect((await w.login(ada.email, ada.password)).body.refreshToken).toBeTypeOf('string');
    for (let attempt = 0; attempt < 4; attempt += 1) await outcome(w.login(ada.email, 'wrong password'));
    expect((await w.login(ada.email, ada.password)).body.refreshToken).toBeTypeOf('string');
  });

  it('lets few guesses through that come at once, and punishes them all', async () => {
    const w = await withAda();
    const guesses = Array.from({ length: 200 }, (_, index) => outcome(w.login(ada.email, `guess number ${index}`)));
    const codes = (await Promise.all(guesses)).map((error) => (error instanceof Error ? error.name : 'in'));
    expect(codes.filter((code) => code === 'invalid_credentials')).toHaveLength(MAX_PENDING);
    expect(w.takeWork().filter((step) => step === 'hash')).toHaveLength(MAX_PENDING);
    await outcome(w.login(ada.email, 'one more guess'));
    await expect(w.login(ada.email, ada.password)).rejects.toMatchObject({ status: 429, retryAfter: 900 });
  });

  it('is open to as many devices of one person at once', async () => {
    const w = await withAda();
    const logins = await Promise.all(Array.from({ length: MAX_PENDING }, () => w.login(ada.email, ada.password)));
    expect(new Set(logins.map(({ body }) => body.refreshToken)).size).toBe(MAX_PENDING);
    expect((await w.login(ada.email, ada.password)).body.accessToken).toBeTypeOf('string');
  });

  it("of one shop's customers is not slowed down by guesses at another's", async () => {
    const w = await withAda();
    for (let attempt = 0; attempt < 6; attempt += 1) await outcome(w.login(ada.email, 'wrong password', tenantB));
    expect((await w.login(ada.email, ada.password)).body.accessToken).toBeTypeOf('string');
  });
});
