import { describe, expect, it } from 'vitest';
import { operationsOf, permissionsOf, resourcesOf, synthesizedApp } from './assembly/app.ts';

const stacks = synthesizedApp();
const permissions = permissionsOf(stacks);

/** Every permission that ends in a wildcard, with the reason that it cannot be narrower. */
const WILDCARDS: readonly { readonly action: RegExp; readonly resource: RegExp; readonly reason: string }[] = [
  {
    action:
      /^logs:(Create|Get|Update|Delete|List)LogDeliver|^logs:(PutResourcePolicy|Describe(ResourcePolicies|LogGroups))$/,
    resource: /^\*$/,
    reason: 'Step Functions sets up the delivery of its logs by an API that knows no resources',
  },
  {
    action: /^s3:(Get|Put)Object$/,
    resource: /:s3:::<[A-Za-z0-9.]+>\/[a-z]+\/\*$/,
    reason: 'objects of one kind are below one prefix; their keys are made at run time',
  },
  {
    action: /^ssm:GetParameter$/,
    resource: /:parameter\/cartwright\/dev\/access\/plan-\*$/,
    reason: 'one parameter per tier of usage plans',
  },
  {
    action: /^secretsmanager:GetSecretValue$/,
    resource: /:secret:cartwright\/dev\/storage\/\*$/,
    reason: 'operators make a secret for each storage node, below one prefix',
  },
  {
    action: /^secretsmanager:(CreateSecret|PutSecretValue|GetSecretValue)$/,
    resource: /:secret:cartwright\/dev\/payments\/\*$/,
    reason: "a tenant's key at a provider is made at run time, and AWS ends its ARN in characters of its own",
  },
  {
    action: /^apigateway:(POST|DELETE)$/,
    resource: /:apigateway:<Region>::\/(apikeys\/\*|usageplans\/\*\/keys(\/\*)?)$/,
    reason: 'API Gateway gives keys and plans ids of its own',
  },
];

/** The routes that need no credential: each is a decision. */
const PUBLIC_ROUTES = [
  'GET /v1/accounts/.well-known/jwks.json',
  'POST /v1/accounts/staff/sessions',
  'POST /v1/accounts/staff/sessions/refresh',
  'POST /v1/accounts/staff/invitations/accept',
  'GET /v1/storage/public/{fileId}/{name}',
];

describe('permissions', () => {
  it('name actions one by one', () => {
    expect(permissions.length).toBeGreaterThan(0);
    expect(permissions.filter(({ action }) => action.includes('*'))).toEqual([]);
  });

  it('name resources one by one, but for those in the list', () => {
    const wide = permissions.filter(
      ({ action, resource }) =>
        resource.includes('*') &&
        !WILDCARDS.some((entry) => entry.action.test(action) && entry.resource.test(resource)),
    );
    expect(wide).toEqual([]);
  });

  it('make use of every entry of that list', () => {
    const unused = WILDCARDS.filter(
      (entry) =>
        !permissions.some(({ action, resource }) => entry.action.test(action) && entry.resource.test(resource)),
    );
    expect(unused).toEqual([]);
  });

  it("to a table are its owner's only", () => {
    const foreign = permissions.filter(
      ({ action, resource }) => action.startsWith('dynamodb:') && !resource.startsWith('<Table'),
    );
    expect(foreign).toEqual([]);
  });

  it('come from inline policies only: nothing is attached that this does not see', () => {
    expect(
      resourcesOf(stacks).filter(({ type }) => /^AWS::IAM::(Managed)?Policy$|^AWS::Lambda::Permission$/.test(type)),
    ).toEqual([]);
    for (const { logicalId, properties } of resourcesOf(stacks, 'AWS::IAM::Role')) {
      expect(properties, logicalId).not.toHaveProperty('ManagedPolicyArns');
    }
  });
});

describe('routes', () => {
  const operations = operationsOf(stacks);

  it('ask the authorizer, but for health and the list of public ones', () => {
    const open = operations.filter(({ security }) => !security.includes('credential')).map(({ route }) => route);
    const health = operations.map(({ domain }) => `GET /v1/${domain}/health`);
    expect(open.toSorted()).toEqual([...new Set([...health, ...PUBLIC_ROUTES])].toSorted());
  });

  it("are each in one API only, in its domain's part of the paths", () => {
    const routes = operations.map(({ route }) => route);
    expect(new Set(routes).size).toBe(routes.length);
    for (const { domain, route } of operations) expect(route).toMatch(new RegExp(`^[A-Z]+ /v1/${domain}(/|$)`));
  });
});
