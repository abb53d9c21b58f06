import { AwsError } from '../aws-error.ts';
import type { Account, AuthorizationRequest, Iam, Principal, Provisioner } from '../contracts.ts';
import { callerContext, requestContext } from './context.ts';
import type { RequestContext } from './context.ts';
import { deriveCredentials, ROOT_ACCESS_KEY, ROOT_SECRET_KEY, stateSecret } from './credentials.ts';
import type { Credentials } from './credentials.ts';
import { accessDenied } from './access-denied.ts';
import { parsePolicy } from './documents.ts';
import { compilePolicies } from './policy-set.ts';
import type { NamedPolicy, PolicySet, Verdict } from './policy-set.ts';
import { createRoles } from './roles.ts';

/** A role's identity and policies as JSON, for an evaluator in another thread (see `createAuthorizer`). */
export interface RoleSnapshot {
  readonly principal: Principal;
  readonly tags: Readonly<Record<string, string>>;
  readonly policies: readonly NamedPolicy[];
  readonly account: Account;
}

export interface LocalIam extends Iam {
  readonly provisioners: readonly Provisioner[];
  /** Throws AwsError NoSuchEntity for an unknown role. */
  snapshot(roleArn: string): RoleSnapshot;
  /** What roles were allowed to do by their policies and did, for finding grants that nothing needs. */
  used(): readonly UsedGrant[];
  /** Takes in what an evaluator in another thread allowed. */
  noteUse(roleArn: string, action: string, resource: string): void;
}

export interface UsedGrant {
  readonly role: string;
  readonly action: string;
  readonly resource: string;
}

interface CompiledRole {
  readonly policies: PolicySet;
  readonly context: RequestContext;
}

/**
 * Decides as IAM does in one account: an explicit deny of the identity's or the resource's policies wins; otherwise one
 * allow of either is enough; otherwise the request is denied. AWS services have the resource's policy alone.
 */
export const createIam = (options: { readonly account: Account; readonly stateDir: string }): LocalIam => {
  const { account } = options;
  const secret = stateSecret(options.stateDir);
  const compiled = new Map<string, CompiledRole>();
  const serviceContexts = new Map<string, RequestContext>();
  const resourcePolicies = new Map<string, NamedPolicy[]>();
  const compiledResources = new Map<string, PolicySet>();
  const credentials = new Map<string, Credentials>();
  const byAccessKey = new Map<string, { readonly principal: Principal; readonly secretAccessKey: string }>();
  const uses = new Map<string, UsedGrant>();
  const noteUse = (role: string, action: string, resource: string): void => {
    uses.set(`${role}\n${action}\n${resource}`, { role, action, resource });
  };
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

  const store = createRoles(account, (role) => {
    compiled.delete(role.arn);
    credentialsOf({ kind: 'role', arn: role.arn });
  });

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
      policies: compilePolicies(store.policiesOf(role), (action, resource) => noteUse(role.arn, action, resource)),
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

  const authorize = (request: AuthorizationRequest): void => {
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
    noteUse,
    used: () => [...uses.values()],
    credentialsFor: credentialsOf,
    principalOf: (accessKeyId) => byAccessKey.get(accessKeyId),
    snapshot(roleArn) {
      const role = roleOf(roleArn);
      return {
        principal: { kind: 'role', arn: roleArn },
        tags: role.tags,
        policies: store.policiesOf(role),
        account,
      };
    },
  };
};
