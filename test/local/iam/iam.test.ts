import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Principal } from '../../../lib/local/contracts.ts';
import { createAuthorizer } from '../../../lib/local/iam/authorizer.ts';
import { createIam } from '../../../lib/local/iam/iam.ts';
import type { LocalIam } from '../../../lib/local/iam/iam.ts';

const account = { accountId: '111111111111', region: 'eu-central-1', partition: 'aws' } as const;
const stateDir = () => mkdtempSync(join(tmpdir(), 'iam-'));

const provision = async (iam: LocalIam, type: string, logicalId: string, properties: Record<string, unknown>) => {
  const provisioner = iam.provisioners.find((candidate) => candidate.types.includes(type));
  if (provisioner === undefined) throw new Error(`nothing provisions ${type}`);
  return await provisioner.provision({
    stack: 'shop',
    logicalId,
    path: `shop/${logicalId}`,
    type,
    properties,
    metadata: {},
  });
};

const trusting = (service: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service } }],
});

const allowing = (Action: string, Resource: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource }],
});

const withRole = async (dir = stateDir()) => {
  const iam = createIam({ account, stateDir: dir });
  const { ref, attributes } = await provision(iam, 'AWS::IAM::Role', 'Writer', {
    AssumeRolePolicyDocument: trusting('lambda.amazonaws.com'),
  });
  const arn = attributes['Arn'] ?? '';
  return { iam, name: ref, arn, principal: { kind: 'role', arn } satisfies Principal };
};

const queue = 'arn:aws:sqs:eu-central-1:111111111111:inbox';
const send = { action: 'sqs:SendMessage', resource: queue };

test('a role without a physical name is named after its stack and logical id', async () => {
  const { name, arn } = await withRole();
  expect({ name, arn }).toEqual({ name: 'shop-Writer', arn: 'arn:aws:iam::111111111111:role/shop-Writer' });
});

test('a refusal names the caller, the action, the resource and the statement to add', async () => {
  const { iam, principal } = await withRole();
  expect(() => iam.authorize({ principal, ...send })).toThrow(
    `User: arn:aws:iam::111111111111:role/shop-Writer is not authorized to perform: sqs:SendMessage on resource: ${queue}. ` +
      `Add {"Effect":"Allow","Action":"sqs:SendMessage","Resource":"${queue}"} to arn:aws:iam::111111111111:role/shop-Writer`,
  );
});

test('a policy that is attached later counts from then on', async () => {
  const { iam, principal, name } = await withRole();
  expect(() => iam.authorize({ principal, ...send })).toThrow('not authorized');
  await provision(iam, 'AWS::IAM::Policy', 'Sends', {
    PolicyName: 'Sends',
    PolicyDocument: allowing('sqs:SendMessage', queue),
    Roles: [name],
  });
  expect(() => iam.authorize({ principal, ...send })).not.toThrow();
});

test('a refusal by a condition names the condition', async () => {
  const { iam, principal, name } = await withRole();
  const document = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'dynamodb:GetItem',
        Resource: '*',
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['t#*'] } },
      },
    ],
  };
  await provision(iam, 'AWS::IAM::Policy', 'Reads', { PolicyName: 'Reads', PolicyDocument: document, Roles: [name] });
  const read = {
    principal,
    action: 'dynamodb:GetItem',
    resource: 'arn:aws:dynamodb:eu-central-1:111111111111:table/t',
  };
  expect(() => iam.authorize({ ...read, context: { 'dynamodb:leadingkeys': ['sys#1'] } })).toThrow(
    /condition on dynamodb:leadingkeys is not met/,
  );
  expect(() => iam.authorize({ ...read, context: { 'dynamodb:leadingkeys': ['t#1'] } })).not.toThrow();
});

test('a resource policy allows a role that has no policy of its own, and its deny wins', async () => {
  const { iam, principal, arn, name } = await withRole();
  iam.addResourcePolicy(queue, {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: queue, Principal: { AWS: arn } }],
  });
  expect(() => iam.authorize({ principal, ...send })).not.toThrow();
  await provision(iam, 'AWS::IAM::Policy', 'All', {
    PolicyName: 'All',
    PolicyDocument: allowing('*', '*'),
    Roles: [name],
  });
  iam.addResourcePolicy(queue, {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Deny', Action: 'sqs:*', Resource: queue, Principal: '*' }],
  });
  expect(() => iam.authorize({ principal, ...send })).toThrow('with an explicit deny in the resource policy of');
});

test('a service has the resource policy alone, and is held to its source', async () => {
  const { iam } = await withRole();
  const rule = (name: string): Principal => ({
    kind: 'service',
    arn: `arn:aws:events:eu-central-1:111111111111:rule/${name}`,
    service: 'events.amazonaws.com',
    sourceArn: `arn:aws:events:eu-central-1:111111111111:rule/${name}`,
  });
  expect(() => iam.authorize({ principal: rule('a'), ...send })).toThrow('not authorized');
  iam.addResourcePolicy(queue, {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'sqs:SendMessage',
        Resource: queue,
        Principal: { Service: 'events.amazonaws.com' },
        Condition: { ArnEquals: { 'aws:SourceArn': rule('a').arn } },
      },
    ],
  });
  expect(() => iam.authorize({ principal: rule('a'), ...send })).not.toThrow();
  expect(() => iam.authorize({ principal: rule('b'), ...send })).toThrow('not authorized');
});

test('only the service that the trust policy names may assume a role', async () => {
  const { iam, arn, principal } = await withRole();
  expect(iam.assume(arn, 'lambda.amazonaws.com')).toEqual(principal);
  expect(() => iam.assume(arn, 'states.amazonaws.com')).toThrow(/does not allow states.amazonaws.com/);
  expect(() => iam.assume(`${arn}-2`, 'lambda.amazonaws.com')).toThrow(/cannot be found/);
});

test('the developer at the command line may do everything', async () => {
  const { iam } = await withRole();
  const root = iam.principalOf('local');
  expect(root?.principal.kind).toBe('root');
  if (root !== undefined) expect(() => iam.authorize({ principal: root.principal, ...send })).not.toThrow();
});

test('credentials of a role are the same after a restart, differ between state directories, and lead back to the role', async () => {
  const dir = stateDir();
  const first = await withRole(dir);
  const credentials = first.iam.credentialsFor(first.principal);
  const again = await withRole(dir);
  expect(again.iam.credentialsFor(again.principal)).toEqual(credentials);
  expect(again.iam.principalOf(credentials.accessKeyId)?.principal).toEqual(first.principal);
  const elsewhere = await withRole();
  expect(elsewhere.iam.credentialsFor(elsewhere.principal).secretAccessKey).not.toBe(credentials.secretAccessKey);
  expect(elsewhere.iam.principalOf(credentials.accessKeyId)).toBeUndefined();
});

test('a role snapshot that went through JSON decides as the whole does', async () => {
  const { iam, principal, arn, name } = await withRole();
  await provision(iam, 'AWS::IAM::Policy', 'Sends', {
    PolicyName: 'Sends',
    PolicyDocument: allowing('sqs:Send*', queue),
    Roles: [name],
  });
  const authorize = createAuthorizer(structuredClone(iam.snapshot(arn)));
  expect(() => authorize(send)).not.toThrow();
  expect(() => authorize({ action: 'sqs:DeleteMessage', resource: queue })).toThrow(
    `User: ${principal.arn} is not authorized`,
  );
});

test.each([
  [
    'AWS::IAM::Role',
    {
      AssumeRolePolicyDocument: trusting('lambda.amazonaws.com'),
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
    },
    /AdministratorAccess is not known/,
  ],
  [
    'AWS::IAM::Role',
    { AssumeRolePolicyDocument: trusting('lambda.amazonaws.com'), PermissionsBoundary: 'x' },
    /shop\/Broken.Properties.*PermissionsBoundary/s,
  ],
  [
    'AWS::IAM::Policy',
    { PolicyName: 'P', PolicyDocument: allowing('*', '*'), Roles: ['nobody'] },
    /there is no role nobody/,
  ],
])('%s with something unknown is an error that names its place', async (type, properties, message) => {
  await expect(provision(createIam({ account, stateDir: stateDir() }), type, 'Broken', properties)).rejects.toThrow(
    message,
  );
});

test('what CDK attaches to functions by itself is known', async () => {
  const iam = createIam({ account, stateDir: stateDir() });
  const { attributes } = await provision(iam, 'AWS::IAM::Role', 'Fn', {
    AssumeRolePolicyDocument: trusting('lambda.amazonaws.com'),
    ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
  });
  const principal: Principal = { kind: 'role', arn: attributes['Arn'] ?? '' };
  expect(() => iam.authorize({ principal, action: 'logs:PutLogEvents', resource: '*' })).not.toThrow();
});

test('what roles did and what they were refused is on record, once each', async () => {
  const { iam, principal, arn, name } = await withRole();
  await provision(iam, 'AWS::IAM::Policy', 'Sends', {
    PolicyName: 'Sends',
    PolicyDocument: allowing('sqs:*', queue),
    Roles: [name],
  });
  iam.authorize({ principal, ...send });
  iam.authorize({ principal, ...send });
  expect(() => iam.authorize({ principal, action: 'sqs:SendMessage', resource: `${queue}-2` })).toThrow(
    'not authorized',
  );
  const reading = iam.record.since(0);
  expect(reading).toEqual({
    mark: 1,
    uses: [{ role: arn, ...send }],
    refusals: [
      {
        role: arn,
        action: 'sqs:SendMessage',
        resource: `${queue}-2`,
        message: expect.stringContaining(`Add {"Effect":"Allow","Action":"sqs:SendMessage","Resource":"${queue}-2"}`),
      },
    ],
  });
  expect(iam.record.since(reading.mark)).toEqual({ mark: 2, uses: [], refusals: [] });
  iam.authorize({ principal, ...send });
  expect(iam.record.since(2)).toEqual({ mark: 3, uses: [{ role: arn, ...send }], refusals: [] });
});

test('a statement can be taken away while it runs, and given back', async () => {
  const { iam, principal, arn, name } = await withRole();
  await provision(iam, 'AWS::IAM::Policy', 'Sends', {
    PolicyName: 'Sends',
    PolicyDocument: allowing('sqs:*', queue),
    Roles: [name],
  });
  const id = `${name} Sends 0`;
  expect(iam.statements()).toContainEqual({ id, role: arn, actions: ['sqs:*'], resources: [queue] });
  expect(iam.withdraw([id])).toEqual([arn]);
  expect(() => iam.authorize({ principal, ...send })).toThrow('not authorized');
  expect(() => createAuthorizer(structuredClone(iam.snapshot(arn)))(send)).toThrow('not authorized');
  expect(iam.withdraw([])).toEqual([arn]);
  expect(() => iam.authorize({ principal, ...send })).not.toThrow();
  expect(() => iam.withdraw(['nothing'])).toThrow('There is no statement nothing');
});
