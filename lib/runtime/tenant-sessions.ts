import type { SigningCredentials } from './clients/sigv4.ts';
import type { TenantId } from './tenant.ts';

/** Credentials that reach one tenant's items. */
export interface TenantSession {
  readonly credentials: SigningCredentials;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface TenantSessions {
  /** The tenant's credentials: at once when they are there, else when the session is open. */
  of(tenant: TenantId): SigningCredentials | Promise<SigningCredentials>;
  /** Forgets a session that AWS takes no more, if it is still the one that is kept. */
  drop(tenant: TenantId, credentials: SigningCredentials): void;
}

/**
 * Sessions kept by one instance: as many as an account's share of the platform has tenants, at about 2 kB each, most of it
 * the token. With 500, four requests of ten would wait for a session at 10,000 tenants (`npm run tenant-wall`).
 */
const MAX_KEPT = 10_000;
/** A session that is used this short before its end is renewed beside the request, which does not wait. */
const AHEAD_MS = 5 * 60_000;
/** So short before its end it is not used any more: a request takes time, and clocks differ. */
const TOO_LATE_MS = 30_000;

/**
 * The sessions of one function instance, by tenant. Bounded: the one that was not used for longest goes first. A tenant's
 * session is opened once, however many requests wait for it; one that could not be opened is tried anew by the next.
 */
export const createTenantSessions = (options: {
  readonly open: (tenant: TenantId) => Promise<TenantSession>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly maxKept?: number;
}): TenantSessions => {
  const { open, now } = options;
  const maxKept = options.maxKept ?? MAX_KEPT;
  /** In the order of their last use. */
  const kept = new Map<TenantId, TenantSession>();
  const opening = new Map<TenantId, Promise<SigningCredentials>>();

  const keep = (tenant: TenantId, session: TenantSession): void => {
    kept.delete(tenant);
    kept.set(tenant, session);
    if (kept.size <= maxKept) return;
    const [oldest] = kept.keys();
    if (oldest !== undefined) kept.delete(oldest);
  };

  const start = async (tenant: TenantId): Promise<SigningCredentials> => {
    try {
      const session = await open(tenant);
      keep(tenant, session);
      return session.credentials;
    } finally {
      opening.delete(tenant);
    }
  };

  const openOnce = (tenant: TenantId): Promise<SigningCredentials> => {
    const under = opening.get(tenant);
    if (under !== undefined) return under;
    const begun = start(tenant);
    opening.set(tenant, begun);
    return begun;
  };

  return {
    of(tenant) {
      const session = kept.get(tenant);
      if (session === undefined) return openOnce(tenant);
      const left = session.expiresAt - now();
      if (left <= TOO_LATE_MS) return openOnce(tenant);
      keep(tenant, session);
      // A renewal that fails is no request's failure: the session holds, and the next use tries again.
      if (left <= AHEAD_MS) openOnce(tenant).catch(() => undefined);
      return session.credentials;
    },
    drop(tenant, credentials) {
      if (kept.get(tenant)?.credentials === credentials) kept.delete(tenant);
    },
  };
};
