import type { Instant } from '../../lib/runtime/clock.ts';
import type { TenantId } from '../../lib/runtime/tenant.ts';
import type { SessionId } from './model.ts';
import type { RoleName } from './roles.ts';
import type { SessionHolder, SessionRecord } from './session.ts';

/** What decides whether a holder's sessions stand. Absent when the holder may not log in. */
export interface Access {
  readonly epoch: number;
  /** A customer has none. */
  readonly roles: readonly RoleName[];
}

export interface Rotation {
  /** Hash of the refresh token that is presented, and of its successor. */
  readonly from: string;
  readonly to: string;
  readonly now: Instant;
  readonly expiresAt: Instant;
}

/** Where sessions live, and the access of those who hold them. All reads are of what was last written. */
export interface SessionStore {
  begin(tenant: TenantId, holder: SessionHolder, session: SessionRecord): Promise<void>;
  find(tenant: TenantId, holder: SessionHolder, sessionId: SessionId): Promise<SessionRecord | undefined>;
  access(tenant: TenantId, holder: SessionHolder): Promise<Access | undefined>;
  /**
   * Puts a refresh token's successor in its place, if it is the last of an active session. Of two at once one succeeds.
   * `reused`: the session is active and the token is not its last; `ended`: there is nothing to refresh.
   */
  rotate(
    tenant: TenantId,
    holder: SessionHolder,
    sessionId: SessionId,
    rotation: Rotation,
  ): Promise<'rotated' | 'reused' | 'ended'>;
  /** Ends a session; it may have ended before. */
  end(tenant: TenantId, holder: SessionHolder, sessionId: SessionId): Promise<void>;
  /** Ends every session of a holder that began before now. */
  endAll(tenant: TenantId, holder: SessionHolder): Promise<void>;
}
