import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { invalidRefreshToken, RefreshBody, Tokens } from './model.ts';
import { refreshSession, type SessionDeps } from './session.ts';

export const refreshSessionRoute = defineRoute({
  method: 'POST',
  path: '/v1/accounts/sessions/refresh',
  summary: "Exchange a customer's refresh token for new tokens",
  callers: ['publishable'],
  idempotency: 'optional',
  body: RefreshBody,
  response: Tokens,
  status: 200,
  errors: [invalidRefreshToken],
});

/** New tokens for a customer of the caller's tenant. */
export const refreshCustomerSession = (
  deps: Omit<SessionDeps, 'newSessionId'>,
): UseCase<typeof refreshSessionRoute> => {
  const refresh = refreshSession(deps);
  return ({ caller, body, idempotency }) =>
    refresh(
      body.refreshToken,
      idempotency,
      ({ tenant, holder }) => tenant === caller.tenant && holder.kind === 'customer',
    );
};
