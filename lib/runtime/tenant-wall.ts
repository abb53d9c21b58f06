import { watchActingTenant } from './acting-tenant.ts';
import { AwsServiceError } from './clients/aws-client.ts';
import type { SigningCredentials } from './clients/sigv4.ts';
import type { Sts } from './clients/sts.ts';
import { temporarilyUnavailable } from './errors.ts';
import { TENANT_TAG, type TenantId } from './tenant.ts';
import { createTenantSessions } from './tenant-sessions.ts';

/** The longest that AWS gives a role that was assumed by another role. */
const SESSION_SECONDS = 3600;

/** AWS takes the session no more; opening another one may help. */
const isStale = (error: unknown): boolean =>
  error instanceof AwsServiceError &&
  (error.name === 'ExpiredTokenException' || error.name === 'UnrecognizedClientException');

/**
 * The second wall between tenants: runs a request to DynamoDB with credentials that reach the items of the tenant that is
 * acted for, and of no other. Which tenant that is was decided by the way in; that the code of the domain opened its
 * store for another one changes nothing here, and is refused by IAM.
 */
export interface TenantWall {
  /** @throws temporarily_unavailable (503) when no session can be opened */
  through<Result>(request: (credentials: SigningCredentials) => Promise<Result>): Promise<Result>;
}

export const createTenantWall = (sts: Sts, roleArn: string, now: () => number): TenantWall => {
  const actingTenant = watchActingTenant();
  const open = async (tenant: TenantId) => {
    const request = { roleArn, sessionName: tenant, tags: { [TENANT_TAG]: tenant }, seconds: SESSION_SECONDS };
    const { expiresAt, ...credentials } = await sts.assumeRole(request).catch((cause: unknown) => {
      throw temporarilyUnavailable('The data cannot be reached just now. Try again in a moment.', {
        retryAfter: 1,
        cause,
      });
    });
    return { credentials, expiresAt };
  };
  const sessions = createTenantSessions({ open, now });

  return {
    async through(request) {
      const tenant = actingTenant();
      if (tenant === undefined) {
        throw new Error(
          'A table of tenants was opened, but this invocation acts for no tenant. A function that reaches items of tenants which no credential names says so in its stack (acrossTenants).',
        );
      }
      const held = sessions.of(tenant);
      const credentials = held instanceof Promise ? await held : held;
      try {
        return await request(credentials);
      } catch (error) {
        if (!isStale(error)) throw error;
        sessions.drop(tenant, credentials);
        return await request(await sessions.of(tenant));
      }
    },
  };
};
