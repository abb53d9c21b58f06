import { hashApiKey } from '../../lib/runtime/api-key.ts';
import type { Callable } from '../../lib/runtime/call.ts';
import type { AccessTokenClaims } from '../../lib/runtime/access-token.ts';
import type { Caller } from '../../lib/runtime/tenant.ts';
import type { VerifySession } from '../accounts/calls.ts';
import type { ResolveTenant, VerifyKey } from '../tenants/calls.ts';
import { readCredential } from './credential.ts';

/** Who calls, and by which key API Gateway counts the call (null: the tenant is in no usage plan yet). */
export interface Admission {
  readonly caller: Caller;
  readonly usageKey: string | null;
}

export interface AuthorizeDeps {
  readonly isOperatorKey: (key: string) => Promise<boolean>;
  readonly verifyToken: (token: string) => Promise<AccessTokenClaims | undefined>;
  readonly verifyKey: Callable<typeof VerifyKey>;
  readonly resolveTenant: Callable<typeof ResolveTenant>;
  readonly verifySession: Callable<typeof VerifySession>;
}

export type Authorize = (header: string | undefined, traceId: string) => Promise<Admission | undefined>;

/**
 * Who is behind the header Authorization? undefined when the credential is unknown, revoked, forged or expired.
 * Throws when that cannot be found out, so that an outage is never mistaken for a wrong credential.
 */
export const authorize =
  ({ isOperatorKey, verifyToken, verifyKey, resolveTenant, verifySession }: AuthorizeDeps): Authorize =>
  async (header, traceId) => {
    const credential = readCredential(header);
    switch (credential?.kind) {
      case undefined:
        return undefined;
      case 'operator':
        return (await isOperatorKey(credential.key))
          ? { caller: { kind: 'operator', actorId: 'operator', credentialId: 'operator' }, usageKey: null }
          : undefined;
      case 'key': {
        const found = await verifyKey({ traceId }, { keyHash: hashApiKey(credential.key) });
        if (found.status === 'unknown') return undefined;
        const { tenant, tenantStatus, settings, keyId, permissions, usageKey } = found;
        const facts = { actorId: keyId, credentialId: keyId, tenant, tenantStatus, settings };
        return {
          caller:
            found.kind === 'secret' ? { kind: 'secret', ...facts, permissions } : { kind: 'publishable', ...facts },
          usageKey,
        };
      }
      case 'token': {
        const claims = await verifyToken(credential.token);
        if (claims === undefined) return undefined;
        const { sub: actorId, sid: sessionId, tenant, kind } = claims;
        const [session, found] = await Promise.all([
          verifySession({ tenant, traceId }, { sessionId, actorId, kind }),
          resolveTenant({ traceId }, { tenant }),
        ]);
        if (session.status === 'ended' || found.status === 'unknown') return undefined;
        const { tenantStatus, settings, usageKey } = found;
        const facts = { actorId, credentialId: sessionId, sessionId, tenant, tenantStatus, settings };
        return {
          caller: kind === 'staff' ? { kind, ...facts, permissions: session.permissions } : { kind, ...facts },
          usageKey,
        };
      }
    }
  };
