import * as z from 'zod';
import type { Account, ProvisionedResource, Provisioner, TemplateResource } from '../contracts.ts';
import { physicalName } from '../physical-name.ts';
import { readProperties } from '../read-properties.ts';
import { parsePolicy } from './documents.ts';
import type { PolicyDocument } from './documents.ts';
import { AWS_MANAGED_POLICIES } from './managed-policies.ts';
import type { NamedPolicy } from './policy-set.ts';

/** A role with everything that IAM needs to decide for it. */
export interface Role {
  readonly name: string;
  readonly arn: string;
  readonly trust: PolicyDocument;
  readonly tags: Readonly<Record<string, string>>;
  readonly policies: Map<string, PolicyDocument>;
}

export interface RoleStore {
  readonly roles: ReadonlyMap<string, Role>;
  readonly provisioners: readonly Provisioner[];
  /** The role's policies in the form that `compilePolicies` takes, without what is withdrawn. */
  policiesOf(role: Role): readonly NamedPolicy[];
  /** Every statement that allows a role something, also those that are withdrawn. */
  statements(): readonly GrantedStatement[];
  /**
   * Takes these statements away, and gives back all others. Answers the roles that changed.
   * @throws Error for an id that no role has
   */
  withdraw(ids: readonly string[]): readonly Role[];
}

/** A statement of a role, with the ARNs of this cloud. */
export interface GrantedStatement {
  /** `<role> <policy> <position>`: the same for the same templates. */
  readonly id: string;
  /** The role's ARN. */
  readonly role: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

const statementId = (role: Role, policy: string, position: number): string => `${role.name} ${policy} ${position}`;

const tags = z.array(z.strictObject({ Key: z.string(), Value: z.string() }));

const RoleProperties = z.object({
  AssumeRolePolicyDocument: z.unknown(),
  RoleName: z.string().max(64).optional(),
  Path: z.literal('/').optional(),
  ManagedPolicyArns: z.array(z.string()).optional(),
  Policies: z.array(z.strictObject({ PolicyName: z.string(), PolicyDocument: z.unknown() })).optional(),
  Tags: tags.optional(),
});

const PolicyProperties = z.object({
  PolicyName: z.string(),
  PolicyDocument: z.unknown(),
  Roles: z.array(z.string()).min(1),
});

const ManagedPolicyProperties = z.object({
  ManagedPolicyName: z.string().optional(),
  Path: z.literal('/').optional(),
  PolicyDocument: z.unknown(),
  Roles: z.array(z.string()).optional(),
});

const statementsOf = (role: Role): GrantedStatement[] =>
  [...role.policies].flatMap(([policy, { Statement }]) =>
    Statement.flatMap(({ Effect, Action = [], Resource = ['*'] }, position) =>
      Effect === 'Allow'
        ? [{ id: statementId(role, policy, position), role: role.arn, actions: Action, resources: Resource }]
        : [],
    ),
  );

/**
 * The roles and policies of the templates. `changed` is called with a role whose policies are not what they were;
 * `without` are the ids of statements that count for nothing.
 */
export const createRoles = (
  account: Account,
  changed: (role: Role) => void,
  without: readonly string[] = [],
): RoleStore => {
  let withdrawn: ReadonlySet<string> = new Set(without);
  const roles = new Map<string, Role>();
  const customerManaged = new Map<string, unknown>();
  const roleNamed = (name: string, path: string): Role => {
    for (const role of roles.values()) if (role.name === name) return role;
    throw new Error(`${path}.Properties.Roles: there is no role ${name}`);
  };
  const managedPolicy = (arn: string, path: string): unknown => {
    const document = customerManaged.get(arn) ?? AWS_MANAGED_POLICIES[arn];
    if (document === undefined)
      throw new Error(`${path}.Properties.ManagedPolicyArns: the policy ${arn} is not known here`);
    return document;
  };
  const attach = (role: Role, name: string, document: unknown): void => {
    role.policies.set(name, parsePolicy(document, name));
    changed(role);
  };

  const provisionRole = (resource: TemplateResource): ProvisionedResource => {
    const properties = readProperties(resource, RoleProperties);
    const name = properties.RoleName ?? physicalName(resource, 64);
    const arn = `arn:aws:iam::${account.accountId}:role/${name}`;
    const role: Role = {
      name,
      arn,
      trust: parsePolicy(properties.AssumeRolePolicyDocument, `${resource.path}.Properties.AssumeRolePolicyDocument`),
      tags: Object.fromEntries((properties.Tags ?? []).map((tag) => [tag.Key, tag.Value])),
      policies: new Map(),
    };
    roles.set(arn, role);
    for (const policy of properties.ManagedPolicyArns ?? []) attach(role, policy, managedPolicy(policy, resource.path));
    for (const policy of properties.Policies ?? []) attach(role, policy.PolicyName, policy.PolicyDocument);
    changed(role);
    return { ref: name, attributes: { Arn: arn, RoleId: `AROA${name}` } };
  };

  const provisionPolicy = (resource: TemplateResource): ProvisionedResource => {
    const properties = readProperties(resource, PolicyProperties);
    for (const name of properties.Roles)
      attach(roleNamed(name, resource.path), properties.PolicyName, properties.PolicyDocument);
    return { ref: properties.PolicyName, attributes: { Id: properties.PolicyName } };
  };

  const provisionManagedPolicy = (resource: TemplateResource): ProvisionedResource => {
    const properties = readProperties(resource, ManagedPolicyProperties);
    const name = properties.ManagedPolicyName ?? physicalName(resource, 128);
    const arn = `arn:aws:iam::${account.accountId}:policy/${name}`;
    parsePolicy(properties.PolicyDocument, resource.path);
    customerManaged.set(arn, properties.PolicyDocument);
    for (const role of properties.Roles ?? []) attach(roleNamed(role, resource.path), arn, properties.PolicyDocument);
    return { ref: arn, attributes: { PolicyArn: arn, PolicyId: `ANPA${name}` } };
  };

  return {
    roles,
    policiesOf: (role) =>
      [...role.policies].map(([name, document]) => ({
        name,
        document: {
          ...document,
          Statement: document.Statement.filter(
            (_statement, position) => !withdrawn.has(statementId(role, name, position)),
          ),
        },
      })),
    statements: () => [...roles.values()].flatMap(statementsOf),
    withdraw(ids) {
      const known = new Set([...roles.values()].flatMap(statementsOf).map(({ id }) => id));
      const unknown = ids.find((id) => !known.has(id));
      if (unknown !== undefined) throw new Error(`There is no statement ${unknown}`);
      const before = withdrawn;
      withdrawn = new Set(ids);
      const affected = [...roles.values()].filter((role) =>
        statementsOf(role).some(({ id }) => before.has(id) !== withdrawn.has(id)),
      );
      for (const role of affected) changed(role);
      return affected;
    },
    provisioners: [
      { types: ['AWS::IAM::Role'], provision: async (resource) => provisionRole(resource) },
      { types: ['AWS::IAM::Policy'], provision: async (resource) => provisionPolicy(resource) },
      { types: ['AWS::IAM::ManagedPolicy'], provision: async (resource) => provisionManagedPolicy(resource) },
    ],
  };
};
