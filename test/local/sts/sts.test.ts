import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import * as z from 'zod';
import type { Principal } from '../../../lib/local/contracts.ts';
import { callerOf } from '../../../lib/local/endpoint/identity.ts';
import { createIam } from '../../../lib/local/iam/iam.ts';
import { createSts } from '../../../lib/local/sts/sts.ts';
import { createVirtualClock } from '../virtual-clock.ts';

const account = { accountId: '111111111111', region: 'eu-central-1', partition: 'aws' } as const;
const arnOf = (name: string) => `arn:aws:iam::111111111111:role/shop-${name}`;
const ROOT = 'arn:aws:iam::111111111111:root';

interface RoleSpec {
  /** Principals of the trust policy, its actions and its condition. */
  readonly trusts?: readonly string[];
  readonly actions?: readonly string[];
  readonly condition?: Record<string, unknown>;
  /** What the role itself may do to `Data`. */
  readonly may?: readonly string[];
  readonly mayNot?: readonly string[];
}

const cloudWith = async (roles: Readonly<Record<string, RoleSpec>>) => {
  const clock = createVirtualClock();
  const iam = createIam({ account, stateDir: mkdtempSync(join(tmpdir(), 'sts-')), clock });
  for (const [logicalId, spec] of Object.entries(roles)) {
    const statement = (Effect: string, Action: readonly string[] = []) =>
      Action.length === 0 ? [] : [{ Effect, Action, Resource: arnOf('Data') }];
    await iam.provisioners[0]?.provision({
      stack: 'shop',
      logicalId,
      path: `shop/${logicalId}`,
      type: 'AWS::IAM::Role',
      metadata: {},
      properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: spec.actions ?? ['sts:AssumeRole', 'sts:TagSession'],
              Principal: spec.trusts === undefined ? { Service: 'lambda.amazonaws.com' } : { AWS: spec.trusts },
              ...(spec.condition === undefined ? {} : { Condition: spec.condition }),
            },
          ],
        },
        Policies: [
          {
            PolicyName: 'own',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                { Effect: 'Allow', Action: 'logs:PutLogEvents', Resource: '*' },
                ...statement('Allow', spec.may),
                ...statement('Deny', spec.mayNot),
              ],
            },
          },
        ],
      },
    });
  }
  return { clock, iam, service: createSts({ account, iam }).service };
};

const Answer = z.object({
  Credentials: z.object({ AccessKeyId: z.string(), SessionToken: z.string(), Expiration: z.string() }),
  AssumedRoleUser: z.object({ Arn: z.string() }),
});
const role = (name: string): Principal => ({ kind: 'role', arn: arnOf(name) });
const asking = (tags: Readonly<Record<string, string>> = { tenant: 'tnt_a' }, rest: Record<string, unknown> = {}) => ({
  RoleArn: arnOf('Data'),
  RoleSessionName: 'session',
  ...Object.fromEntries(
    Object.entries(tags).flatMap(([Key, Value], index) => [
      [`Tags.member.${index + 1}.Key`, Key],
      [`Tags.member.${index + 1}.Value`, Value],
    ]),
  ),
  ...rest,
});

const TAGGED = {
  StringLike: { 'aws:RequestTag/tenant': 'tnt_*' },
  'ForAllValues:StringEquals': { 'aws:TagKeys': 'tenant' },
};

describe('sts:AssumeRole', () => {
  const naming: RoleSpec = { trusts: [arnOf('Fn')] };
  const cases: readonly (readonly [string, Readonly<Record<string, RoleSpec>>, Record<string, unknown>, boolean])[] = [
    ['a role that the trust policy names', { Fn: {}, Data: naming }, asking(), true],
    ['another role', { Fn: {}, Data: { trusts: [arnOf('Other')] } }, asking(), false],
    ['a role that nobody trusts', { Fn: { may: ['sts:AssumeRole', 'sts:TagSession'] }, Data: {} }, asking(), false],
    ['a trusted account alone', { Fn: {}, Data: { trusts: [ROOT] } }, asking(), false],
    [
      'a trusted account, with a policy of its own',
      { Fn: { may: ['sts:AssumeRole', 'sts:TagSession'] }, Data: { trusts: [ROOT] } },
      asking(),
      true,
    ],
    [
      'a trusted account, with a policy that does not speak of tags',
      { Fn: { may: ['sts:AssumeRole'] }, Data: { trusts: [ROOT] } },
      asking(),
      false,
    ],
    ['a named role that is denied it', { Fn: { mayNot: ['sts:AssumeRole'] }, Data: naming }, asking(), false],
    ['a named role that is denied tags', { Fn: { mayNot: ['sts:TagSession'] }, Data: naming }, asking(), false],
    [
      'a trust policy without sts:TagSession',
      { Fn: {}, Data: { ...naming, actions: ['sts:AssumeRole'] } },
      asking(),
      false,
    ],
    [
      'a trust policy without sts:TagSession, and no tags',
      { Fn: {}, Data: { ...naming, actions: ['sts:AssumeRole'] } },
      asking({}),
      true,
    ],
    ['the tag that is asked for', { Fn: {}, Data: { ...naming, condition: TAGGED } }, asking(), true],
    ['no tag where one is asked for', { Fn: {}, Data: { ...naming, condition: TAGGED } }, asking({}), false],
    ['another tag', { Fn: {}, Data: { ...naming, condition: TAGGED } }, asking({ shop: 'tnt_a' }), false],
    ['one tag more', { Fn: {}, Data: { ...naming, condition: TAGGED } }, asking({ tenant: 'tnt_a', a: 'b' }), false],
    ['a tag that is no tenant', { Fn: {}, Data: { ...naming, condition: TAGGED } }, asking({ tenant: 'all' }), false],
  ];
  it.each(cases)('by %s', async (_, roles, input, allowed) => {
    const { service } = await cloudWith(roles);
    const answer = service.call('AssumeRole', input, role('Fn'));
    if (allowed) expect(Answer.parse(await answer).AssumedRoleUser.Arn).toMatch(/assumed-role\/shop-Data\/session$/);
    else await expect(answer).rejects.toMatchObject({ code: 'AccessDeniedException' });
  });

  it('of a role that is not there is refused in the same words', async () => {
    const { service } = await cloudWith({ Fn: {} });
    await expect(service.call('AssumeRole', asking(), role('Fn'))).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
  });

  it('is not for the developer, who is the account itself', async () => {
    const { service } = await cloudWith({ Data: naming });
    const root = { kind: 'root', arn: ROOT } as const;
    await expect(service.call('AssumeRole', asking(), root)).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  it.each([
    ['a tag with a wildcard', asking({ tenant: 'tnt_*' })],
    ['a session of more than an hour', asking({}, { DurationSeconds: '3601' })],
    ['a session of less than a quarter of an hour', asking({}, { DurationSeconds: '899' })],
    ['no name', asking({}, { RoleSessionName: '' })],
    ['no role', asking({}, { RoleArn: 'data' })],
  ])('refuses %s', async (_, input) => {
    const { service } = await cloudWith({ Fn: {}, Data: naming });
    await expect(service.call('AssumeRole', input, role('Fn'))).rejects.toMatchObject({ code: 'ValidationError' });
  });

  it('says what it does not know', async () => {
    const { service } = await cloudWith({ Fn: {}, Data: naming });
    await expect(service.call('AssumeRole', asking({}, { Policy: '{}' }), role('Fn'))).rejects.toMatchObject({
      code: 'NotImplemented',
      message: expect.stringContaining('the parameter Policy of sts:AssumeRole'),
    });
  });

  it('gives credentials of a session with its tags, until it is over', async () => {
    const { clock, iam, service } = await cloudWith({ Fn: {}, Data: naming });
    const input = asking({ tenant: 'tnt_a' }, { DurationSeconds: '900' });
    const { Credentials } = Answer.parse(await service.call('AssumeRole', input, role('Fn')));
    const scope = { accessKeyId: Credentials.AccessKeyId, service: 'dynamodb' };
    const principal = callerOf(iam, scope);
    expect(principal).toEqual({
      kind: 'role',
      arn: arnOf('Data'),
      session: { name: 'session', tags: { tenant: 'tnt_a' } },
    });
    expect(iam.principalOf(scope.accessKeyId)?.sessionToken).toBe(Credentials.SessionToken);
    expect(await service.call('GetCallerIdentity', {}, principal)).toMatchObject({
      Arn: 'arn:aws:sts::111111111111:assumed-role/shop-Data/session',
    });
    expect(Date.parse(Credentials.Expiration)).toBe(clock.now() + 900_000);
    await clock.advance(900_000);
    expect(() => callerOf(iam, scope)).toThrow('is expired');
  });

  it('ends with the permissions of the role, of which whoever may open sessions is told', async () => {
    const { iam } = await cloudWith({ Fn: {}, Data: naming });
    const [statement] = iam.statements().filter((candidate) => candidate.role === arnOf('Data'));
    expect(iam.withdraw([statement?.id ?? ''])).toEqual([arnOf('Data'), arnOf('Fn')]);
  });
});

test('a function learns the session of its role', async () => {
  const { service } = await cloudWith({});
  expect(await service.call('GetCallerIdentity', {}, role('Writer'))).toEqual({
    Arn: 'arn:aws:sts::111111111111:assumed-role/shop-Writer/local',
    UserId: 'AROAshop-Writer:local',
    Account: '111111111111',
  });
});

test('the developer is the account itself', async () => {
  const { service } = await cloudWith({});
  const root = { kind: 'root', arn: ROOT } as const;
  expect(await service.call('GetCallerIdentity', {}, root)).toMatchObject({ Arn: root.arn, Account: '111111111111' });
});

test('another operation says that it is not built', async () => {
  const { service } = await cloudWith({});
  const root = { kind: 'root', arn: ROOT } as const;
  await expect(service.call('GetFederationToken', {}, root)).rejects.toMatchObject({ code: 'NotImplemented' });
});
