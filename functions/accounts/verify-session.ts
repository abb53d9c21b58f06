import * as z from 'zod';
import { type Clock, toInstant } from '../../lib/runtime/clock.ts';
import type { TenantCallContext } from '../../lib/runtime/step.ts';
import type { VerifySession } from './calls.ts';
import { SessionId } from './model.ts';
import { permissionsOf } from './roles.ts';
import { SessionHolder } from './session.ts';
import type { SessionStore } from './session-store.ts';

const Asked = z.object({ holder: SessionHolder, sessionId: SessionId });

/** Does a session stand? Not when it was ended, has expired, or began before its holder logged out everywhere. */
export const verifySession =
  ({ sessions, now }: { readonly sessions: SessionStore; readonly now: Clock }) =>
  async (
    { tenant }: TenantCallContext,
    { sessionId, actorId, kind }: z.output<typeof VerifySession.input>,
  ): Promise<z.input<typeof VerifySession.output>> => {
    const asked = Asked.safeParse({ holder: { kind, actorId }, sessionId });
    if (!asked.success) return { status: 'ended' };
    const { holder } = asked.data;
    const [session, access] = await Promise.all([
      sessions.find(tenant, holder, asked.data.sessionId),
      sessions.access(tenant, holder),
    ]);
    const stands =
      session?.status === 'active' && session.expiresAt > toInstant(now()) && session.epoch === access?.epoch;
    return stands
      ? { status: 'active', actorId, permissions: permissionsOf(access?.roles ?? []) }
      : { status: 'ended' };
  };
