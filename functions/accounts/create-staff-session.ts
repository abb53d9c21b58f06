import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { TenantId } from '../../lib/runtime/tenant.ts';
import type { AttemptStore } from './attempt-store.ts';
import { checkPassword, type CheckPasswordDeps, refusedLogin } from './check-password.ts';
import {
  Email,
  emailHash,
  invalidCredentials,
  Password,
  STAFF_REALM,
  tenantRequired,
  Tokens,
  tooManyAttempts,
} from './model.ts';
import { beginSession, type SessionDeps, type SessionHolder } from './session.ts';
import type { StaffStore } from './staff-store.ts';

export const createStaffSessionRoute = defineRoute({
  method: 'POST',
  path: '/v1/accounts/staff/sessions',
  summary: 'Log a staff member in',
  callers: 'public',
  body: z.strictObject({ email: Email, password: Password, tenant: TenantId.optional() }),
  response: Tokens.extend({ tenant: TenantId }),
  status: 201,
  errors: [invalidCredentials, tooManyAttempts, tenantRequired],
});

export interface CreateStaffSessionDeps extends SessionDeps, CheckPasswordDeps {
  readonly staff: StaffStore;
  readonly attempts: AttemptStore;
}

/**
 * Logs a person in who works for a tenant. Somebody who works for several must say for which; only after the password
 * was right are they told so.
 */
export const createStaffSession = (deps: CreateStaffSessionDeps): UseCase<typeof createStaffSessionRoute> => {
  const check = checkPassword(deps);
  const begin = beginSession(deps);
  const { staff, sessions, attempts } = deps;
  return async ({ body: { email, password, tenant } }) => {
    const hash = emailHash(STAFF_REALM, email);
    const { memberships } = await check(attempts, hash, password, async () => {
      const person = await staff.person(hash);
      return person.login === undefined ? undefined : { ...person.login, memberships: person.memberships };
    });
    const wanted = memberships.filter((membership) => tenant === undefined || membership.tenant === tenant);
    const standing = await Promise.all(
      wanted.map(async ({ tenant: of, staffId }) => {
        const holder: SessionHolder = { kind: 'staff', actorId: staffId };
        const access = await sessions.access(of, holder);
        return access === undefined ? [] : [{ tenant: of, holder, epoch: access.epoch }];
      }),
    );
    const [only, ...others] = standing.flat();
    await attempts.settle(hash, only === undefined ? 'wrong' : 'right');
    if (only === undefined) throw refusedLogin();
    if (others.length > 0) {
      throw tenantRequired('You work for several shops. Send the id of one of them as tenant.', {
        extensions: { tenants: [only, ...others].map((membership) => membership.tenant) },
      });
    }
    return { body: { ...(await begin(only.tenant, only.holder, only.epoch)), tenant: only.tenant } };
  };
};
