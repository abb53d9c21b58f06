import type { AttemptStore } from '../../functions/accounts/attempt-store.ts';
import { acceptInvitation } from '../../functions/accounts/accept-invitation.ts';
import { signAccessToken } from '../../functions/accounts/access-token.ts';
import { createOwner } from '../../functions/accounts/create-owner.ts';
import { createSession, createSessionRoute } from '../../functions/accounts/create-session.ts';
import { createStaffSession, createStaffSessionRoute } from '../../functions/accounts/create-staff-session.ts';
import type { CustomerAccount } from '../../functions/accounts/customer-model.ts';
import { type KeySet, seal } from '../../functions/accounts/key-set.ts';
import { memoryAttempts } from '../../functions/accounts/memory-attempt-store.ts';
import { memoryCustomers } from '../../functions/accounts/memory-customer-store.ts';
import { memorySessions } from '../../functions/accounts/memory-session-store.ts';
import { memoryStaff } from '../../functions/accounts/memory-staff-store.ts';
import { sessionId } from '../../functions/accounts/model.ts';
import { ownerInvitation } from '../../functions/accounts/owner-invitation.ts';
import type { Passwords } from '../../functions/accounts/password.ts';
import { refreshCustomerSession } from '../../functions/accounts/refresh-session.ts';
import { refreshStaffSession } from '../../functions/accounts/refresh-staff-session.ts';
import { registerCustomer, registerCustomerRoute } from '../../functions/accounts/register-customer.ts';
import type { StaffRecord } from '../../functions/accounts/staff-store.ts';
import { verifySession } from '../../functions/accounts/verify-session.ts';
import { sha256Hex } from '../../lib/runtime/ids.ts';
import { AccessTokenClaims } from '../../lib/runtime/access-token.ts';
import { type Caller, type TenantId, tenantId, type TenantSettings } from '../../lib/runtime/tenant.ts';

export const START = new Date('2026-03-01T12:00:00.000Z');
export const TRACE = 'trace-1';
export const STAGE = 'dev';
export const tenantA = tenantId.derive('a');
export const tenantB = tenantId.derive('b');
export const KEY_SET: KeySet = { seed: 'a seed of at least thirty-two characters', keys: [] };

const settings: TenantSettings = {
  country: 'DE',
  currencies: ['EUR'],
  locales: ['de'],
  timeZone: 'Europe/Berlin',
  taxMode: 'inclusive',
  capture: 'now',
  orderPrefix: '',
};
const ofTenant = (tenant: TenantId) => ({ tenant, tenantStatus: 'active' as const, settings });
export const shopper = (tenant: TenantId) =>
  ({ kind: 'publishable', actorId: 'key_1', credentialId: 'key_1', ...ofTenant(tenant) }) satisfies Caller;
export const customerOf = (tenant: TenantId, actorId: string, session = 'none') =>
  ({ kind: 'customer', actorId, credentialId: session, sessionId: session, ...ofTenant(tenant) }) satisfies Caller;
export const staffOf = (tenant: TenantId, actorId: string, session = 'none') =>
  ({
    kind: 'staff',
    actorId,
    credentialId: session,
    sessionId: session,
    permissions: [],
    ...ofTenant(tenant),
  }) satisfies Caller;

/** A request without anything in it, to be filled in. */
export const blank = {
  caller: undefined,
  params: undefined,
  query: undefined,
  body: undefined,
  idempotency: undefined,
  ifMatch: undefined,
  guestToken: undefined,
  traceId: TRACE,
  requestId: 'request-1',
  sourceIp: '127.0.0.1',
};
export const idempotencyOf = (key: string, asked: unknown = null) => ({
  key,
  scope: sha256Hex('scope', key),
  requestHash: sha256Hex(JSON.stringify(asked)),
});

/** Counts what is done, and does it without the work: the real hash takes 24 ms of a core. */
const cheapPasswords = (work: string[]): Passwords => ({
  hash: async (password) => {
    work.push('hash');
    return `hash of ${password}`;
  },
  matches: async (password, encoded) => {
    work.push('hash');
    return encoded === `hash of ${password}`;
  },
});

/** Everything of accounts in memory. `work` lists in order what was asked of the hash and of the stores. */
export const world = () => {
  let time = START.getTime();
  const now = () => new Date(time);
  const work: string[] = [];
  const counting = <Store extends object>(name: string, store: Store): Store =>
    new Proxy(store, {
      get: (target, member, receiver) => {
        work.push(`${name}.${String(member)}`);
        return Reflect.get(target, member, receiver);
      },
    });

  const staffRecords = new Map<string, StaffRecord>();
  const accounts = new Map<string, CustomerAccount>();
  const customers = counting('customers', memoryCustomers(accounts));
  const staff = counting('staff', memoryStaff(staffRecords));
  const sessions = counting('sessions', memorySessions(staffRecords, accounts));
  const byTenant = new Map<TenantId, AttemptStore>();
  const attemptsOf = (tenant: TenantId): AttemptStore => {
    const known = byTenant.get(tenant) ?? counting('attempts', memoryAttempts());
    byTenant.set(tenant, known);
    return known;
  };
  const attempts = counting('attempts', memoryAttempts());
  const passwords = cheapPasswords(work);
  const state = { keySet: KEY_SET };
  const readKeySet = async () => state.keySet;
  let secrets = 0;
  const deps = {
    now,
    passwords,
    customers,
    staff,
    sessions,
    attempts,
    attemptsOf,
    readKeySet,
    sign: signAccessToken({ stage: STAGE, readKeySet, now }),
    newSessionId: sessionId.random,
    newSecret: () => `secret${(secrets += 1)}`,
    secretOf: async (...facts: readonly string[]) =>
      seal(state.keySet, 'refresh token', ...facts).toString('base64url'),
  };
  const register = registerCustomer(deps);
  const login = createSession(deps);
  const refresh = refreshCustomerSession(deps);
  const staffLogin = createStaffSession(deps);
  const staffRefresh = refreshStaffSession(deps);
  const accept = acceptInvitation(deps);
  const verify = verifySession(deps);
  const invite = createOwner({ staff, newNonce: () => `nonce${(secrets += 1)}`, now });
  const invitation = ownerInvitation(deps);
  return {
    ...deps,
    state,
    pass: (seconds: number) => (time += seconds * 1000),
    /** What was done since the last time somebody looked. */
    takeWork: () => work.splice(0),
    register: (key: string, body: unknown, tenant = tenantA) =>
      register({
        ...blank,
        caller: shopper(tenant),
        body: registerCustomerRoute.body.parse(body),
        idempotency: idempotencyOf(key, body),
      }),
    login: (email: string, password: string, tenant = tenantA) =>
      login({ ...blank, caller: shopper(tenant), body: createSessionRoute.body.parse({ email, password }) }),
    refresh: (refreshToken: string, tenant = tenantA, key?: string) =>
      refresh({
        ...blank,
        caller: shopper(tenant),
        body: { refreshToken },
        idempotency: key === undefined ? undefined : idempotencyOf(key),
      }),
    staffLogin: (email: string, password: string, tenant?: TenantId) =>
      staffLogin({ ...blank, body: createStaffSessionRoute.body.parse({ email, password, tenant }) }),
    staffRefresh: (refreshToken: string) => staffRefresh({ ...blank, body: { refreshToken } }),
    invite: (tenant: TenantId, email: string) => invite({ tenant, traceId: TRACE }, { email }),
    invitation: async (tenant: TenantId): Promise<string> => {
      const answer = await invitation({ tenant, traceId: TRACE });
      return answer.status === 'pending' ? answer.token : answer.status;
    },
    accept: (token: string, password: string) => accept({ ...blank, body: { token, password } }),
    /** Whether a token's session stands, and with which permissions. */
    stands: async (accessToken: string) => {
      const { sub, sid, tenant, kind } = claimsOf(accessToken);
      return verify({ tenant, traceId: TRACE }, { actorId: sub, sessionId: sid, kind });
    },
  };
};
export type World = ReturnType<typeof world>;

/** What a token says, unverified. */
export const claimsOf = (token: string) =>
  AccessTokenClaims.parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));
