import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { CustomerId, SessionId } from './model.ts';
import type { SessionStore } from './session-store.ts';

export const endSessionRoute = defineRoute({
  method: 'DELETE',
  path: '/v1/accounts/sessions/current',
  summary: 'Log the customer out here',
  callers: ['customer'],
  whenSuspended: 'allowed',
  status: 204,
});

/** Ends the session that the token belongs to. */
export const endSession =
  ({ sessions }: { readonly sessions: SessionStore }): UseCase<typeof endSessionRoute> =>
  async ({ caller }) => {
    const holder = { kind: 'customer', actorId: CustomerId.parse(caller.actorId) } as const;
    await sessions.end(caller.tenant, holder, SessionId.parse(caller.sessionId));
    return { body: undefined };
  };
