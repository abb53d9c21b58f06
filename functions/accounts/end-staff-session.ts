import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { SessionId, StaffId } from './model.ts';
import type { SessionStore } from './session-store.ts';

export const endStaffSessionRoute = defineRoute({
  method: 'DELETE',
  path: '/v1/accounts/staff/sessions/current',
  summary: 'Log the staff member out here',
  callers: ['staff'],
  whenSuspended: 'allowed',
  status: 204,
});

/** Ends the session that the token belongs to. */
export const endStaffSession =
  ({ sessions }: { readonly sessions: SessionStore }): UseCase<typeof endStaffSessionRoute> =>
  async ({ caller }) => {
    const holder = { kind: 'staff', actorId: StaffId.parse(caller.actorId) } as const;
    await sessions.end(caller.tenant, holder, SessionId.parse(caller.sessionId));
    return { body: undefined };
  };
