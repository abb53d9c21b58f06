import * as z from 'zod';
import { AwsError, notImplemented } from '../aws-error.ts';
import type { Account, AwsService, Principal } from '../contracts.ts';
import type { LocalIam } from '../iam/iam.ts';

const roleName = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** Who a session is, as AWS names it. A role that a service has assumed has a session of a name that nobody chose. */
const sessionOf = (account: Account, principal: Principal): { readonly Arn: string; readonly UserId: string } => {
  if (principal.kind !== 'role') return { Arn: principal.arn, UserId: account.accountId };
  const name = roleName(principal.arn);
  const session = principal.session?.name ?? 'local';
  return {
    Arn: `arn:${account.partition}:sts::${account.accountId}:assumed-role/${name}/${session}`,
    UserId: `AROA${name}:${session}`,
  };
};

/** The query protocol's way of writing a list of tags, next to what else is asked. */
const TAG = /^Tags\.member\.(\d+)\.(Key|Value)$/;
const KNOWN = new Set(['RoleArn', 'RoleSessionName', 'DurationSeconds']);
const MAX_TAGS = 50;
/** The longest session of a role that was not set otherwise, and of any that another role assumes. */
const MAX_SECONDS = 3600;

const AssumeRole = z.object({
  RoleArn: z.string().regex(/^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/),
  RoleSessionName: z.string().regex(/^[\w+=,.@-]{2,64}$/),
  DurationSeconds: z.coerce.number().int().min(900).max(MAX_SECONDS).default(MAX_SECONDS),
  tags: z.record(
    z.string().regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u),
    z.string().regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u),
  ),
});

const tagsIn = (input: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const members = new Map<string, { Key?: unknown; Value?: unknown }>();
  for (const [name, value] of Object.entries(input)) {
    const [, index, part] = TAG.exec(name) ?? [];
    if (index === undefined) {
      if (!KNOWN.has(name)) throw notImplemented(`the parameter ${name} of sts:AssumeRole`);
      continue;
    }
    const member = members.get(index) ?? {};
    members.set(index, part === 'Key' ? { ...member, Key: value } : { ...member, Value: value });
  }
  const keys = [...members.values()].map(({ Key }) => String(Key).toLowerCase());
  if (keys.length > MAX_TAGS || new Set(keys).size < keys.length)
    throw new AwsError('InvalidParameterValue', 'Tags: at most 50, and each key once', 400);
  return Object.fromEntries([...members.values()].map(({ Key, Value }) => [String(Key), Value]));
};

/** AWS STS: `GetCallerIdentity`, which needs no permission, and `AssumeRole` with session tags. */
export const createSts = (options: {
  readonly account: Account;
  readonly iam: Pick<LocalIam, 'openSession'>;
}): { readonly service: AwsService } => {
  const { account, iam } = options;

  const assumeRole = (input: Readonly<Record<string, unknown>>, caller: Principal) => {
    const parsed = AssumeRole.safeParse({ ...input, tags: tagsIn(input) });
    if (!parsed.success) throw new AwsError('ValidationError', z.prettifyError(parsed.error), 400);
    const { RoleArn: roleArn, RoleSessionName: name, DurationSeconds: seconds, tags } = parsed.data;
    const { credentials, principal, expiresAt } = iam.openSession({ caller, roleArn, name, tags, seconds });
    const { Arn, UserId } = sessionOf(account, principal);
    return {
      Credentials: {
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey,
        SessionToken: credentials.sessionToken,
        Expiration: new Date(expiresAt).toISOString(),
      },
      AssumedRoleUser: { Arn, AssumedRoleId: UserId },
    };
  };

  return {
    service: {
      signingName: 'sts',
      async call(operation, input, principal) {
        if (operation === 'AssumeRole') return assumeRole(input, principal);
        if (operation !== 'GetCallerIdentity') throw notImplemented(`sts:${operation}`);
        return { ...sessionOf(account, principal), Account: account.accountId };
      },
    },
  };
};
