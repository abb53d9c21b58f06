import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { CustomerId } from './model.ts';
import type { SessionStore } from './session-store.ts';

export const endAllSessionsRoute = defineRoute({
  method: 'DELETE',
  path: '/v1/accounts/sessions',
  summary: 'Log the customer out everywhere',
  callers: ['customer'],
  whenSuspended: 'allowed',
  status: 204,
});

/** Ends every session of the customer, this one too. */
export const endAllSessions =
  ({ sessions }: { readonly sessions: SessionStore }): UseCase<typeof endAllSessionsRoute> =>
  async ({ caller }) => {
    await sessions.endAll(caller.tenant, { kind: 'customer', actorId: CustomerId.parse(caller.actorId) });
    return { body: undefined };
  };
