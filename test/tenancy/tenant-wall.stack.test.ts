import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { permissionsOf, type PlacedResource, resourcesOf, synthesizedApp, textOf } from '../assembly/app.ts';

const stacks = synthesizedApp({ settings: { tenantWall: true } });
const without = synthesizedApp();

/**
 * The functions that reach items of tenants which no verified credential and no call's envelope names. All others that
 * reach items of tenants do it by sessions of one tenant each.
 */
const EVENTS = 'A batch of its inbox holds events of many tenants.';
const OPERATORS = 'Operators work on any tenant.';
const MOVES_OF_MANY = 'An operator asks for the moves of a drain, which are of many tenants.';
const WHOSE = 'The authorizer asks whose a credential is before the tenant is known.';
const OUTSIDE: Readonly<Record<string, string>> = {
  'accounts/accept-invitation': 'The invitation names the shop; who accepts it has no credential yet.',
  'accounts/create-staff-session': 'It looks for the shops in which somebody works.',
  'accounts/refresh-staff-session': 'The refresh token names the shop.',
  'carts/inbox': EVENTS,
  'inventory/inbox': EVENTS,
  'orders/inbox': EVENTS,
  'orders/reconcile': 'It takes over the overdue orders of all tenants, which it finds in a system index.',
  'payments/inbox': EVENTS,
  'pricing/inbox': EVENTS,
  'storage/fetch-url': 'Its queue holds tasks of many tenants.',
  'storage/get-drain': MOVES_OF_MANY,
  'storage/get-public-file': 'A public address names a file, not its shop, and needs no credential.',
  'storage/get-quota': OPERATORS,
  'storage/list-moves': MOVES_OF_MANY,
  'storage/move-object': 'It moves objects of all tenants; its queue says whose.',
  'storage/report-orphans': 'An operator compares a node with the files of all tenants on it.',
  'storage/reserve': "One transaction takes space on a node, which is the system's, and of the caller's quota.",
  'storage/run-drain': 'It looks after the moves of all tenants that are on one node.',
  'storage/set-quota': OPERATORS,
  'storage/sweep': 'It ends what is due of all tenants, which it finds in a system index.',
  'tenants/create-tenant': OPERATORS,
  'tenants/create-tenant-key': OPERATORS,
  'tenants/get-tenant': OPERATORS,
  'tenants/inbox': EVENTS,
  'tenants/list-tenants': OPERATORS,
  'tenants/repair-tenants': 'It repairs any tenant that is due in a system index.',
  'tenants/resolve-tenant': WHOSE,
  'tenants/resume-tenant': OPERATORS,
  'tenants/suspend-tenant': OPERATORS,
  'tenants/update-tenant': OPERATORS,
  'tenants/verify-key': WHOSE,
};

/** What CloudFormation takes in one stack. */
const MOST_RESOURCES = 500;
/** The roles that a new account may have; two stages share it. */
const MOST_ROLES = 1000;

const Statement = z.object({
  Action: z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat()),
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});
const RoleProperties = z.object({
  Policies: z.array(z.object({ PolicyDocument: z.object({ Statement: z.array(Statement) }) })).default([]),
});
const Environment = z.object({ Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }) });

const ITEM_ACTIONS = /^dynamodb:(Get|BatchGet|Put|Update|Delete|ConditionCheck)Item$|^dynamodb:(Query|Scan)$/;

const roles = new Map(
  resourcesOf(stacks, 'AWS::IAM::Role').map((role) => [`${role.stack} ${role.logicalId}`, role] as const),
);
const statementsOf = (role: PlacedResource | undefined) =>
  RoleProperties.parse(role?.properties ?? {}).Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
/** What a role may do to items, by the keys that it is limited to; `any` without a limit. */
const itemRights = (role: PlacedResource | undefined): string[] =>
  statementsOf(role)
    .filter(({ Action }) => Action.some((action) => ITEM_ACTIONS.test(action)))
    .map(({ Condition }) => String(Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? 'any'));

const functions = resourcesOf(stacks, 'AWS::Lambda::Function').map((fn) => {
  const named = (value: unknown) => roles.get(`${fn.stack} ${/^<(.+)\.Arn>$/.exec(textOf(value))?.[1] ?? ''}`);
  const { Variables } = Environment.parse(fn.properties).Environment;
  const entry = String(fn.metadata['cartwright:entry']);
  return {
    entry,
    source: readFileSync(`functions/${entry}.lambda.ts`, 'utf8'),
    reason: fn.metadata['cartwright:across-tenants'],
    own: named(fn.properties['Role']),
    tenantRole:
      Variables['CARTWRIGHT_TENANT_ROLE'] === undefined ? undefined : named(Variables['CARTWRIGHT_TENANT_ROLE']),
  };
});

describe('behind the second wall', () => {
  it('stand all functions that reach items of tenants, but for those in the list, each with its reason', () => {
    const reaching = functions.filter(({ own }) => itemRights(own).includes('any'));
    expect(Object.fromEntries(reaching.map(({ entry, reason }) => [entry, reason]))).toEqual(OUTSIDE);
    expect(
      functions
        .filter(({ reason }) => reason !== undefined)
        .map(({ entry }) => entry)
        .sort(),
    ).toEqual(Object.keys(OUTSIDE));
  });

  it('stand all routes and steps of a tenant that have a table', () => {
    const ways = functions.filter(({ source, entry }) => /= (api|step)\(/.test(source) && OUTSIDE[entry] === undefined);
    // Storage nodes are nobody's: what operators do to them reaches no item of a tenant.
    const ofNodes = (own: PlacedResource | undefined): boolean =>
      itemRights(own).includes('s#*') && !itemRights(own).includes('any');
    const open = ways.filter(
      ({ source, own, tenantRole }) => /_TABLE/.test(source) && tenantRole === undefined && !ofNodes(own),
    );
    expect(ways.length).toBeGreaterThan(100);
    expect(open.map(({ entry }) => entry)).toEqual([]);
  });

  it('a function reaches no item of a tenant by its own role, and of the system only what it is bound to', () => {
    for (const { entry, own, reason } of functions) {
      if (reason === undefined) expect([entry, itemRights(own).filter((keys) => keys !== 's#*')]).toEqual([entry, []]);
    }
    const ofTheSystem = functions.filter(({ own }) => itemRights(own).includes('s#*'));
    // Circuits are nobody's: whoever calls another domain counts its failures.
    const circuits = ofTheSystem.filter(({ source }) => source.includes('sharedBreaker('));
    expect(circuits.length).toBeGreaterThan(5);
    expect(
      ofTheSystem
        .filter((fn) => !circuits.includes(fn))
        .map(({ entry }) => entry)
        .sort(),
    ).toEqual([
      'accounts/remove-owner',
      'storage/abort-upload',
      'storage/activate-node',
      'storage/cancel-drain',
      'storage/complete-upload',
      'storage/create-node',
      'storage/create-upload',
      'storage/download-file',
      'storage/drain-node',
      'storage/get-node',
      'storage/get-upload',
      'storage/list-nodes',
      'storage/probe-nodes',
      'storage/retire-node',
      'storage/set-read-only',
      'storage/sign-parts',
      'storage/update-node',
      'tenants/abandon-onboarding',
      'tenants/claim-slug',
      'tenants/create-key',
      'tenants/revoke-key',
      'tenants/rotate-key',
    ]);
  });

  it("a session reaches the keys of its tag's tenant, and a request must name a key", () => {
    const inside = functions.filter(({ tenantRole }) => tenantRole !== undefined);
    expect(inside.length).toBeGreaterThan(100);
    for (const { entry, tenantRole } of inside) {
      const statements = statementsOf(tenantRole);
      expect(statements.length, entry).toBeGreaterThan(0);
      for (const { Condition } of statements)
        expect(Condition, entry).toEqual({
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': 't#${aws:PrincipalTag/tenant}#*' },
          Null: { 'dynamodb:LeadingKeys': 'false' },
        });
    }
  });

  it('a session is opened by its one function only, and only for a tenant', () => {
    for (const { entry, own, tenantRole } of functions) {
      if (tenantRole === undefined || own === undefined) continue;
      expect(tenantRole.properties['AssumeRolePolicyDocument'], entry).toEqual({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['sts:AssumeRole', 'sts:TagSession'],
            Principal: { AWS: { 'Fn::GetAtt': [own.logicalId, 'Arn'] } },
            Condition: {
              StringLike: { 'aws:RequestTag/tenant': 'tnt_*' },
              'ForAllValues:StringEquals': { 'aws:TagKeys': 'tenant' },
            },
          },
        ],
      });
    }
  });

  it('nobody may do more than without it', () => {
    const all = (app: typeof stacks) =>
      new Set(permissionsOf(app).map(({ stack, action, resource }) => `${stack} ${action} ${resource}`));
    expect(all(stacks)).toEqual(all(without));
  });

  it('a stack stays far below the resources that CloudFormation takes, and a stage below the roles of an account', () => {
    for (const { domain, template } of stacks)
      expect(Object.keys(template.Resources).length, domain).toBeLessThan(MOST_RESOURCES / 2);
    expect(roles.size).toBeLessThan(MOST_ROLES / 2);
  });
});

describe('without the second wall', () => {
  it('there is no role of tenants, and nothing is limited', () => {
    const made = resourcesOf(without, 'AWS::IAM::Role');
    expect(made.filter(({ properties }) => JSON.stringify(properties).includes('sts:TagSession'))).toEqual([]);
    expect(new Set(made.flatMap(itemRights))).toEqual(new Set(['any']));
  });
});
