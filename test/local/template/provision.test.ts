import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Account, Provisioner, TemplateResource } from '../../../lib/local/contracts.ts';
import { requireKnownProperties } from '../../../lib/local/inert.ts';
import { readAssembly, type StackTemplate } from '../../../lib/local/template/assembly.ts';
import { provision } from '../../../lib/local/template/provision.ts';
import { temporaryDirectory, writeAssembly } from '../fixtures/assembly.ts';

const account: Account = { accountId: '111111111111', region: 'eu-central-1', partition: 'aws' };

let directory: ReturnType<typeof temporaryDirectory>;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => directory.remove());

/** Provisions with a part that records what it is asked to make, and keeps SSM parameters. */
const run = async (stacks: Record<string, StackTemplate>) => {
  const made: TemplateResource[] = [];
  const parameters = new Map<string, string>();
  const recorder: Provisioner = {
    types: ['Test::Thing', 'AWS::SSM::Parameter'],
    async provision(resource) {
      made.push(resource);
      const { Name: name, Value: value } = resource.properties;
      if (typeof name === 'string' && typeof value === 'string') parameters.set(name, value);
      return { ref: `ref:${resource.path}`, attributes: { Arn: `arn:${resource.path}` } };
    },
  };
  const provisioned = await provision({
    assembly: readAssembly(writeAssembly(directory.path, stacks)),
    account,
    provisioners: [recorder],
    parameter: (name) => parameters.get(name),
  });
  return { made, provisioned };
};

const thing = (Properties: Record<string, unknown> = {}) => ({ Type: 'Test::Thing', Properties });

test('a resource is made after what it refers to and after what it depends on', async () => {
  const { made } = await run({
    app: {
      Resources: {
        A: thing({ needs: { 'Fn::GetAtt': ['C', 'Arn'] } }),
        B: { ...thing(), DependsOn: ['A'] },
        C: thing({ stack: { Ref: 'AWS::StackName' }, where: { 'Fn::Sub': '${AWS::Region}/${AWS::AccountId}' } }),
      },
    },
  });
  expect(made.map(({ logicalId }) => logicalId)).toEqual(['C', 'A', 'B']);
  expect(made[1]?.properties).toEqual({ needs: 'arn:app/C' });
  expect(made[0]?.properties).toEqual({ stack: 'app', where: 'eu-central-1/111111111111' });
});

test('a stack that reads an SSM parameter comes after the stack that makes it', async () => {
  const { made, provisioned } = await run({
    reader: {
      Parameters: { Bus: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/platform/bus' } },
      Resources: { R: thing({ bus: { Ref: 'Bus' } }) },
      Outputs: { Bus: { Value: { Ref: 'Bus' } } },
    },
    platform: { Resources: { P: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/platform/bus', Value: 'b1' } } } },
  });
  expect(made.map(({ path }) => path)).toEqual(['platform/P', 'reader/R']);
  expect(made[1]?.properties).toEqual({ bus: 'b1' });
  expect(provisioned[1]?.outputs).toEqual({ Bus: 'b1' });
});

test('a missing SSM parameter is an error that names it', async () => {
  const reader = {
    Parameters: { Bus: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/none' } },
    Resources: { R: thing({ bus: { Ref: 'Bus' } }) },
  };
  await expect(run({ reader })).rejects.toThrow(/there is no SSM parameter \/none/);
});

test('an unused parameter of the bootstrap stack needs no value', async () => {
  const Parameters = { BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/v' } };
  const { made } = await run({ app: { Parameters, Resources: { A: thing() } } });
  expect(made).toHaveLength(1);
});

test('all unknown resource types are named at once, before anything is made', async () => {
  const unknown = { A: thing(), X: { Type: 'AWS::EC2::Instance' }, Y: { Type: 'Custom::Thing' } };
  await expect(run({ app: { Resources: unknown } })).rejects.toThrow(
    'app/X: the local cloud does not implement AWS::EC2::Instance\napp/Y: the local cloud does not implement Custom::Thing',
  );
});

test('inert resources answer references and do nothing', async () => {
  const { made } = await run({
    app: {
      Resources: {
        Alarms: { Type: 'AWS::SNS::Topic' },
        A: thing({ topic: { Ref: 'Alarms' } }),
      },
    },
  });
  expect(made.map(({ properties }) => properties)).toEqual([
    { topic: 'arn:aws:sns:eu-central-1:111111111111:app-Alarms' },
  ]);
});

test('resources whose condition is false are left out', async () => {
  const { made } = await run({
    app: {
      Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
      Resources: { A: { ...thing(), Condition: 'Never' }, B: thing() },
    },
  });
  expect(made.map(({ logicalId }) => logicalId)).toEqual(['B']);
});

test('circles, undeclared names and unknown attributes are errors with their path', async () => {
  const circle = { A: thing({ b: { Ref: 'B' } }), B: thing({ a: { Ref: 'A' } }) };
  await expect(run({ app: { Resources: circle } })).rejects.toThrow('A -> B -> A');
  await expect(run({ app: { Resources: { A: thing({ b: { Ref: 'Nope' } }) } } })).rejects.toThrow(
    'Nope is not declared',
  );
  const attribute = { A: thing(), B: thing({ a: { 'Fn::GetAtt': ['A', 'StreamArn'] } }) };
  await expect(run({ app: { Resources: attribute } })).rejects.toThrow('app/A: the local cloud has no StreamArn');
});

test('a property that is neither known nor inert is an error with its path', () => {
  const resource = {
    stack: 'app',
    logicalId: 'Q',
    path: 'app/Q',
    type: 'AWS::SQS::Queue',
    properties: { Tags: [], SqsManagedSseEnabled: true, VisibilityTimeout: 1, FifoQueue: true },
    metadata: {},
  };
  expect(() => requireKnownProperties(resource, ['VisibilityTimeout'])).toThrow(/^app\/Q\.Properties\.FifoQueue/);
  expect(() => requireKnownProperties(resource, ['VisibilityTimeout', 'FifoQueue'])).not.toThrow();
});

test('assets are found by their object key', () => {
  const assembly = readAssembly(writeAssembly(directory.path, { app: { Resources: {} } }, { abc: 'export {}' }));
  expect(assembly.assetPath('abc.zip')).toBe(`${directory.path}/asset.abc`);
  expect(assembly.assetPath('other.zip')).toBeUndefined();
});
