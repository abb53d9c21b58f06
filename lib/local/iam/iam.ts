import { AwsError } from '../aws-error.ts';
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

/** A role's identity and policies as plain data, for an evaluator in another thread (see `createAuthorizer`). */
export interface RoleSnapshot {
  readonly principal: Principal;
  readonly tags: Readonly<Record<string, string>>;
  readonly policies: readonly NamedPolicy[];
  readonly account: Account;
  readonly mark: MarkMemory;
}

export interface LocalIam extends Iam {
  readonly provisioners: readonly Provisioner[];
  /** Throws AwsError NoSuchEntity for an unknown role. */
  snapshot(roleArn: string): RoleSnapshot;
  /** What roles did by their policies and what they were refused, for finding grants that nothing needs or that lack. */
  readonly record: GrantRecord;
  /** Every statement that allows a role something. */
  statements(): readonly GrantedStatement[];
  /**
   * Takes statements away (by id) and gives back all others, to see what fails without them. Answers the ARNs of the
   * roles that changed: their snapshots are old.
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
}): LocalIam => {
  const { account } = options;
  const secret = stateSecret(options.stateDir);
  const compiled = new Map<string, CompiledRole>();
  const serviceContexts = new Map<string, RequestContext>();
  const resourcePolicies = new Map<string, NamedPolicy[]>();
  const compiledResources = new Map<string, PolicySet>();
  const credentials = new Map<string, Credentials>();
  const byAccessKey = new Map<string, { readonly principal: Principal; readonly secretAccessKey: string }>();
  const record = createGrantRecord(({ message }) =>
    options.log?.write({ source: 'cloud', level: 'warn', message: `AccessDenied: ${message}` }),
  );
  const root: Principal = { kind: 'root', arn: `arn:aws:iam::${account.accountId}:root` };
  byAccessKey.set(ROOT_ACCESS_KEY, { principal: root, secretAccessKey: ROOT_SECRET_KEY });

  const credentialsOf = (principal: Principal): Credentials => {
    const known = credentials.get(principal.arn);
    if (known !== undefined) return known;
    const made =
      principal.kind === 'root'
        ? { accessKeyId: ROOT_ACCESS_KEY, secretAccessKey: ROOT_SECRET_KEY, sessionToken: '' }
        : deriveCredentials(secret, principal.arn);
    credentials.set(principal.arn, made);
    byAccessKey.set(made.accessKeyId, { principal, secretAccessKey: made.secretAccessKey });
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
      context: callerContext({ principal, tags: role.tags }, account),
    };
    compiled.set(principal.arn, made);
    return made;
  };

  const contextOf = (principal: Principal): RequestContext => {
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
    withdraw: (ids) => store.withdraw(ids).map(({ arn }) => arn),
    credentialsFor: credentialsOf,
    principalOf: (accessKeyId) => byAccessKey.get(accessKeyId),
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
