import * as z from 'zod';
import { type Clock, Instant, secondsAfter, toInstant } from '../../lib/runtime/clock.ts';
import { sha256Hex } from '../../lib/runtime/ids.ts';
import type { Idempotency } from '../../lib/runtime/route.ts';
import { TenantId } from '../../lib/runtime/tenant.ts';
import type { SignAccessToken } from './access-token.ts';
import { CustomerId, invalidRefreshToken, SessionId, StaffId, type Tokens } from './model.ts';
import type { SessionStore } from './session-store.ts';

/** Whose session: a staff member's or a customer's, of one tenant. */
export const SessionHolder = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('staff'), actorId: StaffId }),
  z.object({ kind: z.literal('customer'), actorId: CustomerId }),
]);
export type SessionHolder = z.output<typeof SessionHolder>;

/** A session as it is stored. Its refresh tokens are a family: one after the other, of which the last one counts. */
export const SessionRecord = z.object({
  sessionId: SessionId,
  status: z.enum(['active', 'ended']),
  /** The holder's epoch when the session began: logging out everywhere raises the holder's. */
  epoch: z.number().int(),
  refreshHash: z.string(),
  createdAt: Instant,
  /** Moves on with every refresh, up to `endsAt`. */
  expiresAt: Instant,
  endsAt: Instant,
});
export type SessionRecord = z.output<typeof SessionRecord>;

const DAY = 24 * 3600;
/** Seconds without a refresh, and in all, after which somebody has to log in again. */
const LIFETIMES = {
  customer: { idle: 30 * DAY, whole: 180 * DAY },
  staff: { idle: DAY / 2, whole: 7 * DAY },
} as const satisfies Record<SessionHolder['kind'], object>;

const earlier = (one: Instant, other: Instant): Instant => (one < other ? one : other);

/** A refresh token with its parts. Only its hash is kept. */
interface RefreshToken {
  readonly tenant: TenantId;
  readonly holder: SessionHolder;
  readonly sessionId: SessionId;
}

const PREFIX = 'rt_';
const textOf = ({ tenant, holder, sessionId }: RefreshToken, secret: string): string =>
  PREFIX + [tenant, holder.actorId, sessionId, secret].join('.');

/** Where a refresh token belongs; undefined when it is none. What it says is proven by its hash alone. */
export const readRefreshToken = (token: string): RefreshToken | undefined => {
  if (!token.startsWith(PREFIX)) return undefined;
  const [tenant, actorId, sessionId, secret, ...rest] = token.slice(PREFIX.length).split('.');
  if (secret === undefined || secret === '' || rest.length > 0) return undefined;
  const kind = actorId?.startsWith('stf_') === true ? 'staff' : 'customer';
  const parsed = z
    .object({ tenant: TenantId, holder: SessionHolder, sessionId: SessionId })
    .safeParse({ tenant, holder: { kind, actorId }, sessionId });
  return parsed.data;
};

export const hashRefreshToken = (token: string): string => sha256Hex('refresh-token', token);

export interface SessionDeps {
  readonly sessions: SessionStore;
  readonly sign: SignAccessToken;
  readonly newSessionId: () => SessionId;
  /** 40 random letters and digits. */
  readonly newSecret: () => string;
  /** The same for the same facts, and not to be guessed by anybody who does not know our secret. */
  readonly secretOf: (...facts: readonly string[]) => Promise<string>;
  readonly now: Clock;
}

/** Begins a session for somebody who has just proven who they are. */
export const beginSession =
  ({ sessions, sign, newSessionId, newSecret, now }: SessionDeps) =>
  async (tenant: TenantId, holder: SessionHolder, epoch: number): Promise<Tokens> => {
    const at = now();
    const sessionId = newSessionId();
    const refreshToken = textOf({ tenant, holder, sessionId }, newSecret());
    const { idle, whole } = LIFETIMES[holder.kind];
    await sessions.begin(tenant, holder, {
      sessionId,
      status: 'active',
      epoch,
      refreshHash: hashRefreshToken(refreshToken),
      createdAt: toInstant(at),
      expiresAt: secondsAfter(at, idle),
      endsAt: secondsAfter(at, whole),
    });
    const access = await sign({ sub: holder.actorId, sid: sessionId, tenant, kind: holder.kind });
    return { accessToken: access.token, expiresAt: access.expiresAt, refreshToken };
  };

/**
 * Exchanges a refresh token for new tokens. Each is good for one exchange: one that was used before ends the session,
 * because either its holder or a thief has the newer one, and nobody can tell which. Only the very same request, which
 * its Idempotency-Key proves, is answered again: an answer that was lost on its way logs nobody out.
 *
 * @throws invalid_refresh_token (401), whatever the reason
 */
export const refreshSession =
  ({ sessions, sign, newSecret, secretOf, now }: Omit<SessionDeps, 'newSessionId'>) =>
  async (
    token: string,
    idempotency: Idempotency | undefined,
    belongs: (to: RefreshToken) => boolean,
  ): Promise<{ body: Tokens; replayed: boolean }> => {
    const refused = () => invalidRefreshToken('The refresh token is not valid any more. Log in again.');
    const parts = readRefreshToken(token);
    if (parts === undefined || !belongs(parts)) throw refused();
    const { tenant, holder, sessionId } = parts;
    const at = now();
    const [session, access] = await Promise.all([
      sessions.find(tenant, holder, sessionId),
      sessions.access(tenant, holder),
    ]);
    if (session === undefined || access === undefined || session.epoch !== access.epoch) throw refused();

    const secret = idempotency === undefined ? newSecret() : await secretOf(token, idempotency.scope);
    const refreshToken = textOf(parts, secret);
    const to = hashRefreshToken(refreshToken);
    const outcome = await sessions.rotate(tenant, holder, sessionId, {
      from: hashRefreshToken(token),
      to,
      now: toInstant(at),
      expiresAt: earlier(secondsAfter(at, LIFETIMES[holder.kind].idle), session.endsAt),
    });
    const replayed =
      outcome === 'reused' &&
      idempotency !== undefined &&
      (await sessions.find(tenant, holder, sessionId))?.refreshHash === to;
    if (outcome === 'reused' && !replayed) await sessions.end(tenant, holder, sessionId);
    if (outcome !== 'rotated' && !replayed) throw refused();
    const signed = await sign({ sub: holder.actorId, sid: sessionId, tenant, kind: holder.kind });
    return { body: { accessToken: signed.token, expiresAt: signed.expiresAt, refreshToken }, replayed };
  };
