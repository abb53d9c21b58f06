import { describe, expect, test } from 'vitest';
import type { Principal } from '../../../lib/local/contracts.ts';
import { callerContext } from '../../../lib/local/iam/context.ts';
import { parsePolicy } from '../../../lib/local/iam/documents.ts';
import { compilePolicies as compileParsed } from '../../../lib/local/iam/policy-set.ts';

const account = { accountId: '111111111111', region: 'eu-central-1', partition: 'aws' } as const;
const role: Principal = { kind: 'role', arn: 'arn:aws:iam::111111111111:role/orders-writer' };
const tags = { team: 'orders' };

const compilePolicies = (policies: readonly { readonly name: string; readonly document: unknown }[]) =>
  compileParsed(policies.map(({ name, document }) => ({ name, document: parsePolicy(document, name) })));

type Context = Record<string, string | readonly string[]>;
type Statement = Record<string, unknown>;

interface Case {
  readonly says: string;
  readonly statements: readonly Statement[];
  readonly action?: string;
  readonly resource?: string;
  readonly context?: Context;
  readonly version?: '2008-10-17';
  readonly effect: 'allow' | 'deny' | 'none';
}

const table = 'arn:aws:dynamodb:eu-central-1:111111111111:table/orders';
const allow = (rest: Statement): Statement => ({ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: '*', ...rest });
const deny = (rest: Statement): Statement => ({ Effect: 'Deny', Action: 'dynamodb:GetItem', Resource: '*', ...rest });
const given = (Condition: Statement): readonly Statement[] => [allow({ Condition })];

const decide = (subject: Case): string => {
  const set = compilePolicies([
    { name: 'policy', document: { Version: subject.version ?? '2012-10-17', Statement: subject.statements } },
  ]);
  const caller = callerContext({ principal: role, tags }, account);
  return set.decide(
    { action: subject.action ?? 'dynamodb:GetItem', resource: subject.resource ?? table, principal: role },
    () => (key) => subject.context?.[key] ?? caller(key),
  ).effect;
};

const effects: readonly Case[] = [
  { says: 'nothing is allowed without a statement', statements: [allow({ Action: 's3:GetObject' })], effect: 'none' },
  { says: 'an allow is enough', statements: [allow({})], effect: 'allow' },
  { says: 'an explicit deny wins over an allow', statements: [allow({}), deny({})], effect: 'deny' },
  { says: 'an explicit deny wins whatever the order', statements: [deny({}), allow({})], effect: 'deny' },
  {
    says: 'a deny of another action is nothing',
    statements: [allow({}), deny({ Action: 'dynamodb:PutItem' })],
    effect: 'allow',
  },
  {
    says: 'a deny of another resource is nothing',
    statements: [allow({}), deny({ Resource: `${table}-2` })],
    effect: 'allow',
  },
  {
    says: 'a deny whose condition does not hold is nothing',
    statements: [allow({}), deny({ Condition: { Bool: { 'aws:SecureTransport': 'false' } } })],
    effect: 'allow',
  },
  {
    says: 'a deny whose condition holds wins over an unconditional allow',
    statements: [allow({}), deny({ Condition: { Bool: { 'aws:SecureTransport': 'true' } } })],
    effect: 'deny',
  },
];

const actions: readonly Case[] = [
  {
    says: 'an action is matched without regard to case',
    statements: [allow({ Action: 'DynamoDB:getitem' })],
    effect: 'allow',
  },
  {
    says: 'an action list is any of',
    statements: [allow({ Action: ['s3:GetObject', 'dynamodb:GetItem'] })],
    effect: 'allow',
  },
  { says: 'a star ends an action', statements: [allow({ Action: 'dynamodb:Get*' })], effect: 'allow' },
  { says: 'a star begins an action', statements: [allow({ Action: 'dynamodb:*Item' })], effect: 'allow' },
  { says: 'a star alone is every action', statements: [allow({ Action: '*' })], effect: 'allow' },
  { says: 'a question mark is one character', statements: [allow({ Action: 'dynamodb:?etItem' })], effect: 'allow' },
  { says: 'a question mark is not two characters', statements: [allow({ Action: 'dynamodb:?tItem' })], effect: 'none' },
  {
    says: 'a prefix without a star is another action',
    statements: [allow({ Action: 'dynamodb:Get' })],
    effect: 'none',
  },
  {
    says: 'NotAction allows the others',
    statements: [allow({ Action: undefined, NotAction: 'dynamodb:PutItem' })],
    effect: 'allow',
  },
  {
    says: 'NotAction does not allow the named one',
    statements: [allow({ Action: undefined, NotAction: 'dynamodb:*' })],
    effect: 'none',
  },
  {
    says: 'a deny with NotAction denies all but the named',
    statements: [allow({ Action: '*' }), deny({ Action: undefined, NotAction: 's3:*' })],
    effect: 'deny',
  },
];

const resources: readonly Case[] = [
  { says: 'a resource is matched exactly', statements: [allow({ Resource: table })], effect: 'allow' },
  {
    says: 'a resource is matched with its case',
    statements: [allow({ Resource: table.replace('orders', 'Orders') })],
    effect: 'none',
  },
  {
    says: 'a table is not its index',
    statements: [allow({ Resource: table })],
    resource: `${table}/index/gsi1`,
    effect: 'none',
  },
  {
    says: 'a star ends a resource',
    statements: [allow({ Resource: `${table}/index/*` })],
    resource: `${table}/index/gsi1`,
    effect: 'allow',
  },
  { says: 'an index grant is not the table', statements: [allow({ Resource: `${table}/index/*` })], effect: 'none' },
  {
    says: 'a star inside a segment stops at the colon',
    statements: [allow({ Resource: 'arn:aws:dynamodb:eu*x:111111111111:table/orders' })],
    effect: 'none',
  },
  {
    says: 'a star at the end of a segment reaches beyond it',
    statements: [allow({ Action: '*', Resource: 'arn:aws:lambda:*:function:pay' })],
    resource: 'arn:aws:lambda:eu-central-1:111111111111:function:pay',
    effect: 'allow',
  },
  {
    says: 'a star in the middle of the last part crosses slashes',
    statements: [allow({ Resource: 'arn:aws:dynamodb:*:*:table/*ders' })],
    effect: 'allow',
  },
  {
    says: 'a question mark is one character of an ARN',
    statements: [allow({ Resource: table.replace('orders', 'order?') })],
    effect: 'allow',
  },
  { says: 'a resource list is any of', statements: [allow({ Resource: ['arn:aws:s3:::x', table] })], effect: 'allow' },
  {
    says: 'NotResource allows the others',
    statements: [allow({ Resource: undefined, NotResource: 'arn:aws:s3:::*' })],
    effect: 'allow',
  },
  {
    says: 'NotResource does not allow the named one',
    statements: [allow({ Resource: undefined, NotResource: table })],
    effect: 'none',
  },
];

const strings: readonly Case[] = [
  {
    says: 'StringEquals holds',
    statements: given({ StringEquals: { 'aws:RequestedRegion': 'eu-central-1' } }),
    effect: 'allow',
  },
  {
    says: 'StringEquals heeds case',
    statements: given({ StringEquals: { 'aws:RequestedRegion': 'EU-central-1' } }),
    effect: 'none',
  },
  {
    says: 'StringEquals knows no star',
    statements: given({ StringEquals: { 'aws:RequestedRegion': 'eu-*' } }),
    effect: 'none',
  },
  {
    says: 'values are any of',
    statements: given({ StringEquals: { 'aws:RequestedRegion': ['us-east-1', 'eu-central-1'] } }),
    effect: 'allow',
  },
  {
    says: 'keys are all of',
    statements: given({ StringEquals: { 'aws:RequestedRegion': 'eu-central-1', 'aws:PrincipalAccount': '2' } }),
    effect: 'none',
  },
  {
    says: 'operators are all of',
    statements: given({
      StringEquals: { 'aws:RequestedRegion': 'eu-central-1' },
      Bool: { 'aws:SecureTransport': 'false' },
    }),
    effect: 'none',
  },
  {
    says: 'a key is matched without regard to case',
    statements: given({ StringEquals: { 'AWS:requestedREGION': 'eu-central-1' } }),
    effect: 'allow',
  },
  {
    says: 'a missing key fails StringEquals',
    statements: given({ StringEquals: { 'aws:SourceVpc': 'vpc-1' } }),
    effect: 'none',
  },
  {
    says: 'a missing key passes StringEqualsIfExists',
    statements: given({ StringEqualsIfExists: { 'aws:SourceVpc': 'vpc-1' } }),
    effect: 'allow',
  },
  {
    says: 'a wrong value fails StringEqualsIfExists',
    statements: given({ StringEqualsIfExists: { 'aws:RequestedRegion': 'x' } }),
    effect: 'none',
  },
  {
    says: 'StringNotEquals holds for another value',
    statements: given({ StringNotEquals: { 'aws:RequestedRegion': 'us-east-1' } }),
    effect: 'allow',
  },
  {
    says: 'StringNotEquals is none of its values',
    statements: given({ StringNotEquals: { 'aws:RequestedRegion': ['x', 'eu-central-1'] } }),
    effect: 'none',
  },
  {
    says: 'a missing key passes StringNotEquals',
    statements: given({ StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } }),
    effect: 'allow',
  },
  {
    says: 'StringEqualsIgnoreCase ignores case',
    statements: given({ StringEqualsIgnoreCase: { 'aws:RequestedRegion': 'EU-Central-1' } }),
    effect: 'allow',
  },
  {
    says: 'StringLike knows the star',
    statements: given({ StringLike: { 'aws:RequestedRegion': 'eu-*' } }),
    effect: 'allow',
  },
  {
    says: 'StringLike crosses colons',
    statements: given({ StringLike: { 'aws:PrincipalArn': 'arn:*writer' } }),
    effect: 'allow',
  },
  {
    says: 'StringNotLike is none of',
    statements: given({ StringNotLike: { 'aws:RequestedRegion': 'eu-*' } }),
    effect: 'none',
  },
];

const others: readonly Case[] = [
  {
    says: 'NumericLessThan compares numbers',
    statements: given({ NumericLessThan: { 's3:max-keys': '10' } }),
    context: { 's3:max-keys': '9' },
    effect: 'allow',
  },
  {
    says: 'NumericLessThan is strict',
    statements: given({ NumericLessThan: { 's3:max-keys': 10 } }),
    context: { 's3:max-keys': '10' },
    effect: 'none',
  },
  {
    says: 'NumericLessThanEquals is not',
    statements: given({ NumericLessThanEquals: { 's3:max-keys': 10 } }),
    context: { 's3:max-keys': '10' },
    effect: 'allow',
  },
  {
    says: 'NumericEquals is by value',
    statements: given({ NumericEquals: { 's3:max-keys': '10' } }),
    context: { 's3:max-keys': '10.0' },
    effect: 'allow',
  },
  {
    says: 'NumericNotEquals',
    statements: given({ NumericNotEquals: { 's3:max-keys': '10' } }),
    context: { 's3:max-keys': '10' },
    effect: 'none',
  },
  {
    says: 'NumericGreaterThan',
    statements: given({ NumericGreaterThan: { 's3:max-keys': '10' } }),
    context: { 's3:max-keys': '11' },
    effect: 'allow',
  },
  {
    says: 'DateLessThan compares instants',
    statements: given({ DateLessThan: { 'aws:CurrentTime': '2030-01-01T00:00:00Z' } }),
    context: { 'aws:currenttime': '2026-01-01T00:00:00Z' },
    effect: 'allow',
  },
  {
    says: 'DateGreaterThan takes epoch seconds',
    statements: given({ DateGreaterThan: { 'aws:CurrentTime': '2030-01-01T00:00:00Z' } }),
    context: { 'aws:currenttime': '1000000000' },
    effect: 'none',
  },
  { says: 'Bool holds', statements: given({ Bool: { 'aws:SecureTransport': true } }), effect: 'allow' },
  { says: 'Bool fails', statements: given({ Bool: { 'aws:SecureTransport': false } }), effect: 'none' },
  { says: 'Null true wants a missing key', statements: given({ Null: { 'aws:SourceVpc': 'true' } }), effect: 'allow' },
  { says: 'Null false wants a present key', statements: given({ Null: { 'aws:SourceVpc': 'false' } }), effect: 'none' },
  {
    says: 'IpAddress is in a block',
    statements: given({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }),
    context: { 'aws:sourceip': '10.9.8.7' },
    effect: 'allow',
  },
  {
    says: 'NotIpAddress is outside of it',
    statements: given({ NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }),
    context: { 'aws:sourceip': '10.9.8.7' },
    effect: 'none',
  },
  {
    says: 'ArnLike compares part by part',
    statements: given({ ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*:111111111111:topic-*' } }),
    context: { 'aws:sourcearn': 'arn:aws:sns:eu-central-1:111111111111:topic-a' },
    effect: 'allow',
  },
  {
    says: 'a star of ArnLike stays in its part',
    statements: given({ ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*:topic-a' } }),
    context: { 'aws:sourcearn': 'arn:aws:sns:eu-central-1:111111111111:topic-a' },
    effect: 'none',
  },
  {
    says: 'ArnEquals knows wildcards too',
    statements: given({ ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::bucket-?' } }),
    context: { 'aws:sourcearn': 'arn:aws:s3:::bucket-1' },
    effect: 'allow',
  },
  {
    says: 'ArnNotLike',
    statements: given({ ArnNotLike: { 'aws:SourceArn': 'arn:aws:s3:::*' } }),
    context: { 'aws:sourcearn': 'arn:aws:s3:::bucket-1' },
    effect: 'none',
  },
];

const leading = (operator: string, values: readonly string[]): readonly Statement[] =>
  given({ [operator]: { 'dynamodb:LeadingKeys': values } });

const sets: readonly Case[] = [
  {
    says: 'ForAllValues wants every value to match',
    statements: leading('ForAllValues:StringLike', ['t#a#*']),
    context: { 'dynamodb:leadingkeys': ['t#a#1', 't#a#2'] },
    effect: 'allow',
  },
  {
    says: 'ForAllValues fails by one stranger',
    statements: leading('ForAllValues:StringLike', ['t#a#*']),
    context: { 'dynamodb:leadingkeys': ['t#a#1', 't#b#2'] },
    effect: 'none',
  },
  {
    says: 'ForAllValues holds for a missing key',
    statements: leading('ForAllValues:StringLike', ['t#a#*']),
    effect: 'allow',
  },
  {
    says: 'ForAllValues holds for an empty set',
    statements: leading('ForAllValues:StringLike', ['t#a#*']),
    context: { 'dynamodb:leadingkeys': [] },
    effect: 'allow',
  },
  {
    says: 'ForAnyValue wants one value to match',
    statements: leading('ForAnyValue:StringLike', ['t#a#*']),
    context: { 'dynamodb:leadingkeys': ['t#b#1', 't#a#2'] },
    effect: 'allow',
  },
  {
    says: 'ForAnyValue fails without a match',
    statements: leading('ForAnyValue:StringLike', ['t#a#*']),
    context: { 'dynamodb:leadingkeys': ['t#b#1'] },
    effect: 'none',
  },
  {
    says: 'ForAnyValue fails for a missing key',
    statements: leading('ForAnyValue:StringLike', ['t#a#*']),
    effect: 'none',
  },
  {
    says: 'ForAnyValue with IfExists holds for a missing key',
    statements: leading('ForAnyValue:StringLikeIfExists', ['t#a#*']),
    effect: 'allow',
  },
  {
    says: 'ForAllValues with a negated operator wants none to match',
    statements: leading('ForAllValues:StringNotLike', ['sys#*']),
    context: { 'dynamodb:leadingkeys': ['t#a', 'sys#x'] },
    effect: 'none',
  },
  {
    says: 'ForAnyValue with a negated operator wants one stranger',
    statements: leading('ForAnyValue:StringNotLike', ['sys#*']),
    context: { 'dynamodb:leadingkeys': ['t#a', 'sys#x'] },
    effect: 'allow',
  },
];

const variables: readonly Case[] = [
  {
    says: 'a variable stands in a resource',
    statements: [allow({ Resource: 'arn:aws:dynamodb:*:*:table/${aws:PrincipalTag/team}' })],
    effect: 'allow',
  },
  {
    says: 'a variable without a value matches nothing',
    statements: [allow({ Resource: 'arn:aws:dynamodb:*:*:table/${aws:PrincipalTag/none}' })],
    effect: 'none',
  },
  {
    says: 'a variable may have a default',
    statements: [allow({ Resource: "arn:aws:dynamodb:*:*:table/${aws:PrincipalTag/none, 'orders'}" })],
    effect: 'allow',
  },
  {
    says: 'a variable stands in a condition',
    statements: given({ StringEquals: { 'dynamodb:Owner': '${aws:PrincipalArn}' } }),
    context: { 'dynamodb:owner': role.arn },
    effect: 'allow',
  },
  {
    says: 'a value with a star in it is text',
    statements: given({ StringLike: { 'dynamodb:Owner': '${aws:Tagged}' } }),
    context: { 'aws:tagged': '*', 'dynamodb:owner': 'x' },
    effect: 'none',
  },
  {
    says: 'an escaped star is text',
    statements: given({ StringLike: { 'dynamodb:Owner': 'a${*}' } }),
    context: { 'dynamodb:owner': 'ab' },
    effect: 'none',
  },
  {
    says: 'an escaped star matches itself',
    statements: given({ StringLike: { 'dynamodb:Owner': 'a${*}' } }),
    context: { 'dynamodb:owner': 'a*' },
    effect: 'allow',
  },
  {
    says: 'documents of 2008 have no variables',
    version: '2008-10-17',
    statements: [allow({ Resource: 'arn:aws:dynamodb:*:*:table/${aws:PrincipalTag/team}' })],
    effect: 'none',
  },
  {
    says: 'a deny with a variable resource applies to its match',
    statements: [allow({}), deny({ Resource: 'arn:aws:dynamodb:*:*:table/${aws:PrincipalTag/team}' })],
    effect: 'deny',
  },
];

describe.each([
  ['effects', effects],
  ['actions', actions],
  ['resources', resources],
  ['string conditions', strings],
  ['other conditions', others],
  ['set operators', sets],
  ['policy variables', variables],
])('%s', (_area, cases) => {
  test.each(cases)('$says', (subject) => {
    expect(decide(subject)).toBe(subject.effect);
  });
});

test('the tables have at least 60 cases', () => {
  expect([effects, actions, resources, strings, others, sets, variables].flat().length).toBeGreaterThanOrEqual(60);
});

test('a decision that needs the values of the request is made anew for each request', () => {
  const set = compilePolicies([
    { name: 'p', document: { Version: '2012-10-17', Statement: leading('ForAllValues:StringLike', ['t#a#*']) } },
  ]);
  const ask = (key: string) =>
    set.decide({ action: 'dynamodb:GetItem', resource: table, principal: role }, () => () => [key]).effect;
  expect([ask('t#a#1'), ask('t#b#1'), ask('t#a#2')]).toEqual(['allow', 'none', 'allow']);
});

test.each([
  ['an unknown operator', { Effect: 'Allow', Action: '*', Resource: '*', Condition: { StringSimilar: { a: 'b' } } }],
  ['both Action and NotAction', { Effect: 'Allow', Action: '*', NotAction: '*', Resource: '*' }],
  ['an unknown member', { Effect: 'Allow', Action: '*', Resource: '*', Actions: [] }],
])('a policy with %s is an error that names the policy', (_what, statement) => {
  expect(() =>
    compilePolicies([{ name: 'broken', document: { Version: '2012-10-17', Statement: statement } }]),
  ).toThrow(/broken|operator/);
});
