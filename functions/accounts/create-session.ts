import * as z from 'zod';
import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { AttemptStore } from './attempt-store.ts';
import { checkPassword, type CheckPasswordDeps, refusedLogin } from './check-password.ts';
import type { CustomerStore } from './customer-store.ts';
import { Email, emailHash, invalidCredentials, Password, Tokens, tooManyAttempts } from './model.ts';
import { beginSession, type SessionDeps, type SessionHolder } from './session.ts';

export const createSessionRoute = defineRoute({
  method: 'POST',
  path: '/v1/accounts/sessions',
  summary: 'Log a customer in',
  callers: ['publishable'],
  body: z.strictObject({ email: Email, password: Password }),
  response: Tokens,
  status: 201,
  errors: [invalidCredentials, tooManyAttempts],
});

export interface CreateSessionDeps extends SessionDeps, CheckPasswordDeps {
  readonly customers: CustomerStore;
  readonly attemptsOf: (tenant: TenantId) => AttemptStore;
}

/** Logs a customer of the caller's tenant in. */
export const createSession = (deps: CreateSessionDeps): UseCase<typeof createSessionRoute> => {
  const check = checkPassword(deps);
  const begin = beginSession(deps);
  return async ({ caller: { tenant }, body: { email, password } }) => {
    const hash = emailHash(tenant, email);
    const attempts = deps.attemptsOf(tenant);
    const login = await check(attempts, hash, password, () => deps.customers.login(tenant, hash));
    const holder: SessionHolder = { kind: 'customer', actorId: login.customerId };
    const access = await deps.sessions.access(tenant, holder);
    await attempts.settle(hash, access === undefined ? 'wrong' : 'right');
    if (access === undefined) throw refusedLogin();
    return { body: await begin(tenant, holder, access.epoch) };
  };
};
