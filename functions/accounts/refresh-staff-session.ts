import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { invalidRefreshToken, RefreshBody, Tokens } from './model.ts';
import { refreshSession, type SessionDeps } from './session.ts';

export const refreshStaffSessionRoute = defineRoute({
  method: 'POST',
  path: '/v1/accounts/staff/sessions/refresh',
  summary: "Exchange a staff member's refresh token for new tokens",
  callers: 'public',
  idempotency: 'optional',
  body: RefreshBody,
  response: Tokens,
  status: 200,
  errors: [invalidRefreshToken],
});

/** New tokens for a staff member. The refresh token is the credential here: it says of which tenant, and proves it. */
export const refreshStaffSession = (
  deps: Omit<SessionDeps, 'newSessionId'>,
): UseCase<typeof refreshStaffSessionRoute> => {
  const refresh = refreshSession(deps);
  return ({ body, idempotency }) => refresh(body.refreshToken, idempotency, ({ holder }) => holder.kind === 'staff');
};
