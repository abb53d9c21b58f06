import { ArnPrincipal, PolicyDocument, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { TENANT_TAG } from '../runtime/tenant.ts';
import type { Grant } from './bind.ts';

type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * Every key that a request names must begin so. `ForAllValues` alone is also true for a request that names none (a scan),
 * hence the second condition: there must be a key.
 */
const leadingKeys = (pattern: string): Conditions => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': pattern },
  Null: { 'dynamodb:LeadingKeys': 'false' },
});

const OF_THE_SYSTEM = leadingKeys('s#*');
/** A tag's value cannot contain a wildcard: AWS takes none. */
const OF_THE_SESSIONS_TENANT = leadingKeys(`t#\${aws:PrincipalTag/${TENANT_TAG}}#*`);

const statement = ({ actions, resources }: Grant, conditions?: Conditions): PolicyStatement =>
  new PolicyStatement({
    actions: [...actions],
    resources: [...resources],
    ...(conditions === undefined ? {} : { conditions: { ...conditions } }),
  });

/** Grants on the same resources as one grant of all their actions. */
const merged = (grants: readonly Grant[]): Grant[] =>
  [...Map.groupBy(grants, ({ resources }) => resources.join()).values()].flatMap((same) => {
    const [first] = same;
    return first === undefined
      ? []
      : [{ resources: first.resources, actions: [...new Set(same.flatMap(({ actions }) => actions))] }];
  });

/** The permissions of a function's bindings, by the role that has them. */
export interface Rights {
  readonly own: readonly PolicyStatement[];
  /** Of sessions that are limited to one tenant; empty where there is nothing to limit. */
  readonly ofTenant: readonly PolicyStatement[];
}

/**
 * Who may what. Behind the wall, a function's own role reaches no item of a tenant, and of the table only the system's
 * items that it is bound to; without the wall (or in a function that reaches many tenants) its own role has everything.
 */
export const rightsOf = (grants: readonly Grant[], wall: boolean): Rights => {
  const other = grants.filter(({ items }) => items === undefined).map((grant) => statement(grant));
  const of = (whose: Grant['items']) => grants.filter(({ items }) => items === whose);
  if (!wall) {
    const items = merged(grants.filter((grant) => grant.items !== undefined));
    return { own: [...items.map((grant) => statement(grant)), ...other], ofTenant: [] };
  }
  return {
    own: [...merged(of('system')).map((grant) => statement(grant, OF_THE_SYSTEM)), ...other],
    ofTenant: merged(of('tenant')).map((grant) => statement(grant, OF_THE_SESSIONS_TENANT)),
  };
};

/**
 * The role of a function's sessions for one tenant each. Its trust policy is the whole permission to open one: this one
 * function may, and must say for which tenant. A session without the tag would reach nothing either, because the data
 * policy's variable has no value then.
 */
export const tenantRole = (scope: Construct, fn: Role, statements: readonly PolicyStatement[]): Role =>
  new Role(scope, 'TenantRole', {
    assumedBy: new ArnPrincipal(fn.roleArn)
      .withConditions({
        StringLike: { [`aws:RequestTag/${TENANT_TAG}`]: 'tnt_*' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': TENANT_TAG },
      })
      .withSessionTags(),
    inlinePolicies: { data: new PolicyDocument({ statements: [...statements] }) },
  });
