import { defineRoute, type UseCase } from '../../lib/runtime/route.ts';
import { StaffId } from './model.ts';
import type { SessionStore } from './session-store.ts';

export const endAllStaffSessionsRoute = defineRoute({
  method: 'DELETE',
  path: '/v1/accounts/staff/sessions',
  summary: 'Log the staff member out everywhere',
  callers: ['staff'],
  whenSuspended: 'allowed',
  status: 204,
});

/** Ends every session that the staff member has with this tenant, this one too. */
export const endAllStaffSessions =
  ({ sessions }: { readonly sessions: SessionStore }): UseCase<typeof endAllStaffSessionsRoute> =>
  async ({ caller }) => {
    await sessions.endAll(caller.tenant, { kind: 'staff', actorId: StaffId.parse(caller.actorId) });
    return { body: undefined };
  };
