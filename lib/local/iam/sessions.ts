import { randomBytes } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import type { Account, Principal } from '../contracts.ts';
import { accessDenied } from './access-denied.ts';
import { callerContext, requestContext } from './context.ts';
import type { Credentials } from './credentials.ts';
import type { PolicyDocument, PolicyStatement } from './documents.ts';
import { compilePolicies } from './policy-set.ts';
import type { Verdict } from './policy-set.ts';
import { isAccount } from './principals.ts';
import type { Role } from './roles.ts';

/** What is asked of `sts:AssumeRole`. */
export interface SessionRequest {
  readonly caller: Principal;
  readonly roleArn: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly seconds: number;
}

export interface Session {
  readonly principal: Extract<Principal, { readonly kind: 'role' }>;
  readonly credentials: Credentials;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface Sessions {
  /** Opens one. The caller's permission was asked for before (`checkTrust`). */
  open(request: SessionRequest): Session;
  /** @throws AwsError `ExpiredTokenException` when it is over */
  find(accessKeyId: string): Session | undefined;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const newCredentials = (): Credentials => ({
  accessKeyId: `ASIA${Array.from(randomBytes(16), (byte) => BASE32.charAt(byte % 32)).join('')}`,
  secretAccessKey: randomBytes(30).toString('base64'),
  sessionToken: randomBytes(200).toString('base64'),
});

/** Sessions live in memory: functions, which hold their credentials, do not outlive the cloud either. */
export const createSessions = (now: () => number): Sessions => {
  const open = new Map<string, Session>();
  let sweepAt = 1000;

  /** AWS forgets what is long over; so that the map does not grow for ever, this does too. */
  const sweep = (): void => {
    for (const [key, { expiresAt }] of open) if (expiresAt + 3_600_000 < now()) open.delete(key);
    sweepAt = 2 * open.size + 1000;
  };

  return {
    open({ roleArn, name, tags, seconds }) {
      if (open.size >= sweepAt) sweep();
      const credentials = newCredentials();
      const session: Session = {
        principal: { kind: 'role', arn: roleArn, session: { name, tags } },
        credentials,
        expiresAt: now() + seconds * 1000,
      };
      open.set(credentials.accessKeyId, session);
      return session;
    },
    find(accessKeyId) {
      const session = open.get(accessKeyId);
      if (session !== undefined && session.expiresAt <= now()) {
        throw new AwsError('ExpiredTokenException', 'The security token included in the request is expired', 400);
      }
      return session;
    },
  };
};

const awsPrincipals = (statement: PolicyStatement): readonly string[] => {
  const { Principal: principals } = statement;
  return principals === undefined || principals === '*' ? [] : (principals['AWS'] ?? []);
};

/** The roles that a role's trust policy names. */
export const trustedRoles = (role: Role): readonly string[] =>
  role.trust.Statement.flatMap((statement) => awsPrincipals(statement).filter((arn) => !isAccount(arn)));

/** The part of a trust policy that names a caller itself: for those of the account it is all the permission they need. */
const namingCallers = (trust: PolicyDocument): PolicyDocument => ({
  ...trust,
  Statement: trust.Statement.filter(
    (statement) => statement.Effect === 'Deny' || awsPrincipals(statement).some((arn) => !isAccount(arn)),
  ),
});

/**
 * May the caller open such a session? As IAM decides for roles of one account: the trust policy must allow it; where it
 * only speaks of the account as a whole, the caller's own policies must allow it too. A session with tags needs
 * `sts:TagSession` besides.
 * @throws AwsError AccessDenied
 */
export const checkTrust = (
  { caller, roleArn, name, tags }: SessionRequest,
  role: Role,
  account: Account,
  identity: (action: string) => Verdict,
): void => {
  if (caller.kind === 'root') throw new AwsError('AccessDenied', 'Roles may not be assumed by root accounts.', 403);
  const policyName = `the trust policy of ${role.name}`;
  const trust = compilePolicies([{ name: policyName, document: role.trust }]);
  const naming = compilePolicies([{ name: policyName, document: namingCallers(role.trust) }]);
  const asked: Record<string, string | readonly string[]> = {
    'sts:rolesessionname': name,
    'aws:tagkeys': Object.keys(tags),
  };
  for (const [key, value] of Object.entries(tags)) asked[`aws:requesttag/${key.toLowerCase()}`] = value;
  const context = requestContext(callerContext({ principal: caller, tags: {} }, account), { context: asked });
  const actions = ['sts:AssumeRole', ...(Object.keys(tags).length > 0 ? ['sts:TagSession'] : [])];
  for (const action of actions) {
    const request = { principal: caller, action, resource: roleArn };
    const own = identity(action);
    const trusted = trust.decide(request, () => context);
    const direct = naming.decide(request, () => context).effect === 'allow';
    if (own.effect === 'deny') throw accessDenied(request, own);
    if (trusted.effect !== 'allow') throw accessDenied(request, trusted);
    if (!direct && own.effect !== 'allow') throw accessDenied(request, own);
  }
};
