import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { ApiResponse } from '../../lib/client/http.ts';
import { addressIn } from '../../lib/client/sale.ts';
import type { Shop } from '../../lib/client/shop.ts';
import { PERMISSIONS } from '../../lib/runtime/permissions.ts';
import { as, asUnseen, outcome } from './caller.ts';
import { guessFiveTimes, loginAsOwner, loginCustomer, loginOwner, newCustomer, PASSWORD, Session } from './people.ts';
import { newShop, operatorKey, unique } from './world.ts';

const anyone = as(undefined);
const staffSessions = '/v1/accounts/staff/sessions';
const customerSessions = '/v1/accounts/sessions';
const registrations = '/v1/accounts/customers';
const me = '/v1/accounts/customers/me';

/** What an answer tells, without what is different in every answer. */
const told = ({ status, body }: ApiResponse): unknown => {
  const members = z.looseObject({}).parse(body);
  delete members['requestId'];
  return { status, ...members };
};
const staffSees = async (token: string) => outcome(await asUnseen(token).get('/v1/accounts/roles'));
const customerSees = async (token: string) => outcome(await asUnseen(token).get(me));

let shop: Shop;
let other: Shop;
beforeAll(async () => {
  [shop, other] = await Promise.all([newShop('accounts'), newShop('neighbours')]);
});

describe('the owner', () => {
  const accept = (token: string, password: string) =>
    anyone.post('/v1/accounts/staff/invitations/accept', { token, password });

  it('is let in by the invitation alone, and only by the password that was set first', async () => {
    const invited = await newShop('invited');
    const token = invited.ownerInvitation ?? '';
    expect(outcome(await accept('inv_nonsense', PASSWORD))).toBe('401 invalid_invitation');
    expect(outcome(await accept(`${token.slice(0, -2)}AA`, PASSWORD))).toBe('401 invalid_invitation');
    const swapped = token.replace(invited.tenantId, other.tenantId);
    expect(outcome(await accept(swapped, PASSWORD))).toBe('401 invalid_invitation');
    expect(outcome(await accept(token, 'short'))).toBe('400 invalid_request');
    const before = await anyone.post(staffSessions, { email: invited.ownerEmail, password: PASSWORD });
    expect(outcome(before)).toBe('401 invalid_credentials');

    const accepted = await accept(token, PASSWORD);
    expect(accepted.body).toMatchObject({ tenant: invited.tenantId, staffId: expect.stringMatching(/^stf_/) });
    expect((await accept(token, PASSWORD)).body).toEqual(accepted.body);
    expect((await accept(token, 'a different passphrase 43')).status).toBe(401);
    const tenant = await as(operatorKey).get(`/v1/tenants/${invited.tenantId}`);
    expect(tenant.body).toMatchObject({ ownerStatus: 'accepted', ownerInvitation: null });
  });

  it('logs in with email and password, whatever the email looks like, and may do everything', async () => {
    await loginAsOwner(shop);
    const email = ` ${shop.ownerEmail.toUpperCase()} `;
    const answer = await anyone.post(staffSessions, { email, password: PASSWORD });
    expect([answer.status, answer.body]).toMatchObject([201, { tenant: shop.tenantId }]);
    const staff = as(Session.parse(answer.body).accessToken);
    expect((await staff.get('/v1/accounts/staff')).body).toMatchObject({
      items: [{ email: shop.ownerEmail, roles: ['owner'], status: 'active' }],
      next: null,
    });
    expect((await staff.get('/v1/accounts/roles')).body).toMatchObject({
      items: expect.arrayContaining([{ id: 'owner', permissions: [...PERMISSIONS] }]),
    });
    expect(outcome(await staff.get('/v1/tenants/current'))).toBe('200');
  });

  it('cannot be told from nobody by a wrong password', async () => {
    const wrong = await anyone.post(staffSessions, { email: shop.ownerEmail, password: 'wrong' });
    const unknown = await anyone.post(staffSessions, { email: `${unique('nobody')}@example.com`, password: 'wrong' });
    const elsewhere = await anyone.post(staffSessions, {
      email: shop.ownerEmail,
      password: PASSWORD,
      tenant: other.tenantId,
    });
    expect(outcome(wrong)).toBe('401 invalid_credentials');
    expect(told(unknown)).toEqual(told(wrong));
    expect(told(elsewhere)).toEqual(told(wrong));
  });

  it('exchanges a refresh token once; a second use ends the session', async () => {
    const refresh = (refreshToken: string) => anyone.post(`${staffSessions}/refresh`, { refreshToken });
    const first = await loginOwner(shop);
    const second = Session.parse((await refresh(first.refreshToken)).body);
    expect(await staffSees(second.accessToken)).toBe('200');
    expect(outcome(await refresh(first.refreshToken))).toBe('401 invalid_refresh_token');
    expect(outcome(await refresh(second.refreshToken))).toBe('401 invalid_refresh_token');
    expect(await staffSees(second.accessToken)).toBe('401 unauthorized');
    expect(outcome(await refresh('rt_nonsense'))).toBe('401 invalid_refresh_token');
  });

  it('logs out here, and everywhere', async () => {
    const [here, there, elsewhere] = await Promise.all([loginOwner(shop), loginOwner(shop), loginOwner(shop)]);
    expect(outcome(await as(here.accessToken).delete(`${staffSessions}/current`))).toBe('204');
    expect(await staffSees(here.accessToken)).toBe('401 unauthorized');
    expect(await staffSees(there.accessToken)).toBe('200');
    expect(outcome(await as(there.accessToken).delete(staffSessions))).toBe('204');
    expect(await staffSees(there.accessToken)).toBe('401 unauthorized');
    expect(await staffSees(elsewhere.accessToken)).toBe('401 unauthorized');
    const refreshed = await anyone.post(`${staffSessions}/refresh`, { refreshToken: elsewhere.refreshToken });
    expect(outcome(refreshed)).toBe('401 invalid_refresh_token');
    expect(await staffSees((await loginOwner(shop)).accessToken)).toBe('200');
  });

  it('is locked out for a while after five wrong passwords, as is an email that nobody has', async () => {
    const guessed = await newShop('guessed');
    await loginAsOwner(guessed);
    for (const email of [guessed.ownerEmail, `${unique('nobody')}@example.com`]) {
      const guesses = await guessFiveTimes((password) => anyone.post(staffSessions, { email, password }));
      expect(guesses).toEqual(guesses.map(() => '401 invalid_credentials'));
      const locked = await anyone.post(staffSessions, { email, password: PASSWORD });
      expect(outcome(locked)).toBe('429 too_many_attempts');
      expect(Number(locked.headers['retry-after'])).toBeGreaterThan(0);
      expect(Number(locked.headers['retry-after'])).toBeLessThanOrEqual(30);
    }
  });
});

describe('a customer', () => {
  const storefront = () => as(shop.publishableKey);
  const register = (email: string, password = PASSWORD, key = unique('register')) =>
    storefront().post(registrations, { email, password }, { 'idempotency-key': key });
  const login = (email: string, password: string) => storefront().post(customerSessions, { email, password });

  it('registers with the same answer whether the email is known or not, and the account stays whose it was', async () => {
    const email = `${unique('twice')}@example.com`;
    const first = await register(email);
    expect([first.status, first.body]).toEqual([202, { status: 'accepted' }]);
    const second = await register(email.toUpperCase(), 'somebody else has this one');
    expect(told(second)).toEqual(told(first));
    expect(Object.keys(second.headers).sort()).toEqual(Object.keys(first.headers).sort());
    expect(outcome(await login(email, PASSWORD))).toBe('201');
    expect(outcome(await login(email, 'somebody else has this one'))).toBe('401 invalid_credentials');
  });

  it('registers once for each Idempotency-Key', async () => {
    const [email, key] = [`${unique('once')}@example.com`, unique('register')];
    expect((await register(email, PASSWORD, key)).status).toBe(202);
    const again = await register(email, PASSWORD, key);
    expect([again.status, again.headers['idempotent-replayed']]).toEqual([202, 'true']);
    expect(outcome(await register(`other-${email}`, PASSWORD, key))).toBe('422 idempotency_key_reused');
  });

  it.each([
    { email: 'nobody', password: PASSWORD },
    { email: 'a@b', password: PASSWORD },
    { email: `${'a'.repeat(250)}@example.com`, password: PASSWORD },
    { email: 'short@example.com', password: '1234567' },
    { email: 'long@example.com', password: 'x'.repeat(129) },
    { email: 'extra@example.com', password: PASSWORD, admin: true },
    { email: ['list@example.com'], password: PASSWORD },
    { password: PASSWORD },
  ])('is not registered from %j', async (body) => {
    expect(outcome(await storefront().post(registrations, body))).toBe('400 invalid_request');
  });

  it('cannot be told from nobody by a wrong password, and is unknown in other shops', async () => {
    const { email } = await newCustomer(shop);
    const wrong = await login(email, 'wrong');
    expect(outcome(wrong)).toBe('401 invalid_credentials');
    expect(told(await login(`${unique('nobody')}@example.com`, 'wrong'))).toEqual(told(wrong));
    const elsewhere = await as(other.publishableKey).post(customerSessions, { email, password: PASSWORD });
    expect(told(elsewhere)).toEqual(told(wrong));
  });

  it('exchanges a refresh token once; a second use ends the session', async () => {
    const refresh = (refreshToken: string, at = shop) =>
      as(at.publishableKey).post(`${customerSessions}/refresh`, { refreshToken });
    const first = await newCustomer(shop);
    expect(outcome(await refresh(first.refreshToken, other))).toBe('401 invalid_refresh_token');
    const asStaff = await anyone.post(`${staffSessions}/refresh`, { refreshToken: first.refreshToken });
    expect(outcome(asStaff)).toBe('401 invalid_refresh_token');

    const second = Session.parse((await refresh(first.refreshToken)).body);
    const third = Session.parse((await refresh(second.refreshToken)).body);
    expect(await customerSees(third.accessToken)).toBe('200');
    expect(outcome(await refresh(first.refreshToken))).toBe('401 invalid_refresh_token');
    expect(outcome(await refresh(third.refreshToken))).toBe('401 invalid_refresh_token');
    expect(await customerSees(third.accessToken)).toBe('401 unauthorized');
    expect(await customerSees(first.accessToken)).toBe('401 unauthorized');
  });

  it('of two refreshes at once with one token at most one succeeds', async () => {
    const { refreshToken } = await newCustomer(shop);
    const answers = await Promise.all(
      [1, 2, 3].map(() => storefront().post(`${customerSessions}/refresh`, { refreshToken })),
    );
    expect(answers.filter((answer) => answer.status === 200).length).toBeLessThanOrEqual(1);
    for (const answer of answers.filter(({ status }) => status === 200)) {
      expect(await customerSees(Session.parse(answer.body).accessToken)).toBe('401 unauthorized');
    }
  });

  it('logs out here, and everywhere', async () => {
    const here = await newCustomer(shop);
    const there = await loginCustomer(shop, here.email);
    const elsewhere = await loginCustomer(shop, here.email);
    expect(outcome(await as(here.accessToken).delete(`${customerSessions}/current`))).toBe('204');
    expect(await customerSees(here.accessToken)).toBe('401 unauthorized');
    expect(await customerSees(there.accessToken)).toBe('200');
    expect(outcome(await as(there.accessToken).delete(customerSessions))).toBe('204');
    expect(await customerSees(there.accessToken)).toBe('401 unauthorized');
    expect(await customerSees(elsewhere.accessToken)).toBe('401 unauthorized');
  });

  it('is locked out for a while after five wrong passwords; another one is not', async () => {
    const [{ email }, bystander] = [await newCustomer(shop), await newCustomer(shop)];
    const guesses = await guessFiveTimes((password) => login(email, password));
    expect(guesses).toEqual(guesses.map(() => '401 invalid_credentials'));
    const locked = await login(email, PASSWORD);
    expect(outcome(locked)).toBe('429 too_many_attempts');
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(0);
    expect(outcome(await login(bystander.email, PASSWORD))).toBe('201');
  });

  it('sees and changes name and locale', async () => {
    const { email, accessToken } = await newCustomer(shop);
    const customer = as(accessToken);
    const read = await customer.get(me);
    expect(read.body).toMatchObject({ email, name: 'Sample Customer', locale: 'en' });
    const changed = await customer.patch(me, { name: 'Grüße 漢字 👋' });
    expect([changed.status, changed.body]).toMatchObject([200, { name: 'Grüße 漢字 👋', locale: 'en' }]);
    const stale = await customer.patch(me, { name: 'Late' }, { 'if-match': read.headers['etag'] });
    expect(outcome(stale)).toBe('412 version_mismatch');
    const cleared = await customer.patch(me, { locale: null }, { 'if-match': changed.headers['etag'] });
    expect(cleared.body).toMatchObject({ name: 'Grüße 漢字 👋', locale: null });
    for (const wrong of [{ email: 'new@example.com' }, { name: '' }, { name: 'x'.repeat(201) }, { id: 'cus_1' }]) {
      expect(outcome(await customer.patch(me, wrong))).toBe('400 invalid_request');
    }
  });
});

describe("a customer's address book", () => {
  const addresses = `${me}/addresses`;
  const Saved = z.looseObject({ id: z.string() });
  let customer: ReturnType<typeof as>;

  beforeAll(async () => {
    customer = as((await newCustomer(shop)).accessToken);
  });

  it('takes an address once for each Idempotency-Key, and shows, changes and deletes it', async () => {
    const key = { 'idempotency-key': unique('address') };
    const made = await customer.post(addresses, addressIn('DE'), key);
    expect(made.status).toBe(201);
    const { id } = Saved.parse(made.body);
    const again = await customer.post(addresses, addressIn('DE'), key);
    expect([Saved.parse(again.body).id, again.headers['idempotent-replayed']]).toEqual([id, 'true']);
    expect(outcome(await customer.post(addresses, addressIn('AT'), key))).toBe('422 idempotency_key_reused');
    expect((await customer.get(addresses)).body).toEqual({ items: [{ ...addressIn('DE'), id }], next: null });

    const path = `${addresses}/${id}`;
    expect((await customer.patch(path, { company: 'Cups', city: 'Cupton' })).body).toEqual({
      ...addressIn('DE'),
      id,
      company: 'Cups',
      city: 'Cupton',
    });
    expect((await customer.patch(path, { company: null })).body).not.toHaveProperty('company');
    expect(outcome(await customer.patch(path, { city: null }))).toBe('400 invalid_request');
    expect(outcome(await customer.patch(path, { country: 'ZZ' }))).toBe('400 invalid_request');

    const stranger = as((await newCustomer(shop)).accessToken);
    expect(outcome(await stranger.patch(path, { city: 'Mine' }))).toBe('404 address_not_found');
    expect(outcome(await stranger.delete(path))).toBe('404 address_not_found');
    expect(outcome(await customer.delete(path))).toBe('204');
    expect(outcome(await customer.delete(path))).toBe('404 address_not_found');
    expect((await customer.get(addresses)).body).toEqual({ items: [], next: null });
  });

  it('has room for twenty', async () => {
    const collector = as((await newCustomer(shop)).accessToken);
    const made = await Promise.all(Array.from({ length: 4 }, () => collector.post(addresses, addressIn('DE'))));
    expect(made.map(outcome)).toEqual(Array.from({ length: 4 }, () => '201'));
    for (let count = 4; count < 20; count += 1) {
      expect(outcome(await collector.post(addresses, addressIn('DE')))).toBe('201');
    }
    expect(outcome(await collector.post(addresses, addressIn('DE')))).toBe('409 too_many_addresses');
  });
});
