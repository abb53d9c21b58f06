import { AwsError } from '../aws-error.ts';
import { systemClock } from '../clock.ts';
import type { Clock } from '../clock.ts';
import type { Account, AuthorizationRequest, Iam, Log, Principal, Provisioner } from '../contracts.ts';
import { callerContext, requestContext } from './context.ts';
import type { RequestContext } from './context.ts';
import { deriveCredentials, ROOT_ACCESS_KEY, ROOT_SECRET_KEY, stateSecret } from './credentials.ts';
import type { Credentials } from './credentials.ts';
import { accessDenied } from './access-denied.ts';
import { parsePolicy } from './documents.ts';
import { createGrantRecord } from './grant-record.ts';
import type { GrantRecord, MarkMemory } from './grant-record.ts';
import { compilePolicies } from './policy-set.ts';
import type { NamedPolicy, PolicySet, Verdict } from './policy-set.ts';
import { createRoles } from './roles.ts';
import type { GrantedStatement } from './roles.ts';
import { checkTrust, createSessions, trustedRoles } from './sessions.ts';
import type { Session, SessionRequest } from './sessions.ts';

/** A role's identity and policies as plain data, for an evaluator in another thread (see `createAuthorizer`). */
export interface RoleSnapshot {
  readonly principal: Principal;
  readonly tags: Readonly<Record<string, string>>;
  readonly policies: readonly NamedPolicy[];
  readonly account: Account;
  readonly mark: MarkMemory;
}

/** A role's session for an evaluator in another thread. */
export interface SessionSnapshot extends Omit<RoleSnapshot, 'mark'> {
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface LocalIam extends Iam {
  readonly provisioners: readonly Provisioner[];
  /** Throws AwsError NoSuchEntity for an unknown role. */
  snapshot(roleArn: string): RoleSnapshot;
  /** The same for a session of `openSession`; undefined for an access key of no session. Throws when it is over. */
  sessionSnapshot(accessKeyId: string): SessionSnapshot | undefined;
  /**
   * Opens a session of a role for a caller, as `sts:AssumeRole` does.
   * @throws AwsError AccessDenied, also for a role that is not there
   */
  openSession(request: SessionRequest): Session;
  /** What roles did by their policies and what they were refused, for finding grants that nothing needs or that lack. */
  readonly record: GrantRecord;
  /** Every statement that allows a role something. */
  statements(): readonly GrantedStatement[];
  /**
   * Takes statements away (by id) and gives back all others, to see what fails without them. Answers the ARNs of the
   * roles that changed, and of those that may have sessions of them: what they know is old.
   * @throws Error for an id that no role has
   */
  withdraw(ids: readonly string[]): readonly string[];
}

interface CompiledRole {
  readonly policies: PolicySet;
  readonly context: RequestContext;
}

/**
 * Decides as IAM does in one account: an explicit deny of the identity's or the resource's policies wins; otherwise one
 * allow of either is enough; otherwise the request is denied. AWS services have the resource's policy alone.
 */
export const createIam = (options: {
  readonly account: Account;
  readonly stateDir: string;
  /** Is told once of each thing that a role is refused. */
  readonly log?: Log | undefined;
  /** Ids of statements that count for nothing. */
  readonly withdrawn?: readonly string[] | undefined;
  readonly clock?: Clock;
}): LocalIam => {
  const { account } = options;
  const secret = stateSecret(options.stateDir);
  const compiled = new Map<string, CompiledRole>();
  const serviceContexts = new Map<string, RequestContext>();
  const resourcePolicies = new Map<string, NamedPolicy[]>();
  const compiledResources = new Map<string, PolicySet>();
  const credentials = new Map<string, Credentials>();
  const byAccessKey = new Map<string, Credentials & { readonly principal: Principal }>();
  const sessionContexts = new WeakMap<Principal, RequestContext>();
  const sessions = createSessions(() => (options.clock ?? systemClock).now());
  const record = createGrantRecord(({ message }) =>
    options.log?.write({ source: 'cloud', level: 'warn', message: `AccessDenied: ${message}` }),
  );
  const root: Principal = { kind: 'root', arn: `arn:aws:iam::${account.accountId}:root` };
  const rootCredentials = { accessKeyId: ROOT_ACCESS_KEY, secretAccessKey: ROOT_SECRET_KEY, sessionToken: '' };
  byAccessKey.set(ROOT_ACCESS_KEY, { ...rootCredentials, principal: root });

  const credentialsOf = (principal: Principal): Credentials => {
    const known = credentials.get(principal.arn);
    if (known !== undefined) return known;
    const made = principal.kind === 'root' ? rootCredentials : deriveCredentials(secret, principal.arn);
    credentials.set(principal.arn, made);
    byAccessKey.set(made.accessKeyId, { ...made, principal });
    return made;
  };

  const store = createRoles(
    account,
    (role) => {
      compiled.delete(role.arn);
      credentialsOf({ kind: 'role', arn: role.arn });
    },
    options.withdrawn,
  );

  const roleOf = (arn: string) => {
    const role = store.roles.get(arn);
    if (role === undefined) throw new AwsError('NoSuchEntity', `The role ${arn} cannot be found.`, 404);
    return role;
  };

  const compiledRole = (principal: Principal): CompiledRole => {
    const known = compiled.get(principal.arn);
    if (known !== undefined) return known;
    const role = roleOf(principal.arn);
    const made = {
      policies: compilePolicies(store.policiesOf(role), record.observerOf(role.arn)),
      context: callerContext({ principal: { kind: 'role', arn: role.arn }, tags: role.tags }, account),
    };
    compiled.set(principal.arn, made);
    return made;
  };

  const contextOf = (principal: Principal): RequestContext => {
    if (principal.kind === 'role' && principal.session !== undefined) {
      const open = sessionContexts.get(principal);
      if (open !== undefined) return open;
      const made = callerContext({ principal, tags: roleOf(principal.arn).tags }, account);
      sessionContexts.set(principal, made);
      return made;
    }
    if (principal.kind === 'role') return compiledRole(principal).context;
    const key = principal.kind === 'service' ? `${principal.service} ${principal.sourceArn}` : principal.arn;
    const known = serviceContexts.get(key);
    if (known !== undefined) return known;
    const made = callerContext({ principal, tags: {} }, account);
    serviceContexts.set(key, made);
    return made;
  };

  const resourcePolicy = (resource: string): PolicySet | undefined => {
    const known = compiledResources.get(resource);
    if (known !== undefined) return known;
    const policies = resourcePolicies.get(resource);
    if (policies === undefined) return undefined;
    const made = compilePolicies(policies);
    compiledResources.set(resource, made);
    return made;
  };

  /** An object's policy is its bucket's. */
  const policyHolder = (resource: string): string =>
    resource.startsWith('arn:aws:s3:::') ? (resource.split('/')[0] ?? resource) : resource;

  const decide = (request: AuthorizationRequest): void => {
    const { principal } = request;
    if (principal.kind === 'root') return;
    const context = (): RequestContext => requestContext(contextOf(principal), request);
    const identity: Verdict =
      principal.kind === 'role'
        ? compiledRole(principal).policies.decide(request, context)
        : { effect: 'none', unmet: [] };
    if (identity.effect === 'deny') throw accessDenied(request, identity);
    const resource = resourcePolicy(policyHolder(request.resource))?.decide(request, context);
    if (resource?.effect === 'deny') throw accessDenied(request, resource);
    if (identity.effect === 'allow' || resource?.effect === 'allow') return;
    throw accessDenied(request, identity);
  };

  const authorize = (request: AuthorizationRequest): void => {
    try {
      decide(request);
    } catch (error) {
      const { principal, action, resource, optional } = request;
      if (
        principal.kind === 'role' &&
        optional === undefined &&
        error instanceof AwsError &&
        error.code === 'AccessDeniedException'
      )
        record.observerOf(principal.arn).refused(action, resource, error.message);
      throw error;
    }
  };

  return {
    provisioners: store.provisioners,
    authorize,
    assume(roleArn, service) {
      const role = roleOf(roleArn);
      const caller: Principal = {
        kind: 'service',
        arn: `arn:aws:iam::${account.accountId}:service/${service}`,
        service,
        sourceArn: roleArn,
      };
      const trust = compilePolicies([{ name: `the trust policy of ${role.name}`, document: role.trust }]);
      const request = { principal: caller, action: 'sts:AssumeRole', resource: roleArn };
      if (trust.decide(request, () => callerContext({ principal: caller, tags: {} }, account)).effect !== 'allow') {
        throw new AwsError(
          'AccessDeniedException',
          `The trust policy of ${roleArn} does not allow ${service} to perform sts:AssumeRole.`,
          403,
        );
      }
      return { kind: 'role', arn: roleArn };
    },
    addResourcePolicy(resourceArn, policy) {
      const policies = resourcePolicies.get(resourceArn) ?? [];
      const name = `the resource policy of ${resourceArn}`;
      const added = { name, document: parsePolicy(policy, name) };
      compilePolicies([added]);
      policies.push(added);
      resourcePolicies.set(resourceArn, policies);
      compiledResources.delete(resourceArn);
    },
    record,
    statements: store.statements,
    withdraw: (ids) => [...new Set(store.withdraw(ids).flatMap((role) => [role.arn, ...trustedRoles(role)]))],
    credentialsFor: credentialsOf,
    principalOf(accessKeyId) {
      const known = byAccessKey.get(accessKeyId);
      if (known !== undefined) return known;
      const session = sessions.find(accessKeyId);
      return session === undefined ? undefined : { ...session.credentials, principal: session.principal };
    },
    openSession(request) {
      const { caller, roleArn } = request;
      const role = store.roles.get(roleArn);
      const identity = (action: string): Verdict => {
        if (caller.kind !== 'role') return { effect: 'none', unmet: [] };
        const asked = { principal: caller, action, resource: roleArn };
        return compiledRole(caller).policies.decide(asked, () => contextOf(caller));
      };
      // AWS does not say whether there is such a role.
      if (role === undefined)
        throw accessDenied(
          { principal: caller, action: 'sts:AssumeRole', resource: roleArn },
          { effect: 'none', unmet: [] },
        );
      try {
        checkTrust(request, role, account, identity);
      } catch (error) {
        if (caller.kind === 'role' && error instanceof AwsError)
          record.observerOf(caller.arn).refused('sts:AssumeRole', roleArn, error.message);
        throw error;
      }
      return sessions.open(request);
    },
    sessionSnapshot(accessKeyId) {
      const session = sessions.find(accessKeyId);
      if (session === undefined) return undefined;
      const role = roleOf(session.principal.arn);
      const { principal, expiresAt } = session;
      return { principal, tags: role.tags, policies: store.policiesOf(role), account, expiresAt };
    },
    snapshot(roleArn) {
      const role = roleOf(roleArn);
      return {
        principal: { kind: 'role', arn: roleArn },
        tags: role.tags,
        policies: store.policiesOf(role),
        account,
        mark: record.memory,
      };
    },
  };
};
