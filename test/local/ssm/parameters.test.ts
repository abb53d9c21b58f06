import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Principal } from '../../../lib/local/contracts.ts';
import { createIam } from '../../../lib/local/iam/iam.ts';
import { createMeter } from '../../../lib/local/meter.ts';
import { createParameters } from '../../../lib/local/ssm/parameters.ts';
import { createState } from '../../../lib/local/state.ts';

const account = { accountId: '111111111111', region: 'eu-central-1', partition: 'aws' } as const;
const root: Principal = { kind: 'root', arn: 'arn:aws:iam::111111111111:root' };

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const state of open.splice(0)) await state.close();
});

const start = (stateDir = mkdtempSync(join(tmpdir(), 'ssm-'))) => {
  const state = createState({ file: join(stateDir, 'state.db') });
  open.push(state);
  const iam = createIam({ account, stateDir });
  const parameters = createParameters({ account, iam, state, meter: createMeter() });
  const deploy = async (logicalId: string, properties: Record<string, unknown>) => {
    const [provisioner] = parameters.provisioners;
    const path = `shop/${logicalId}`;
    return await provisioner?.provision({
      stack: 'shop',
      logicalId,
      path,
      type: 'AWS::SSM::Parameter',
      properties,
      metadata: {},
    });
  };
  const call = (operation: string, input: Record<string, unknown>, principal: Principal = root) =>
    parameters.service.call(operation, input, principal);
  return { parameters, deploy, call, iam, stateDir, state };
};

test('a parameter of a template can be read by name, and refers to its name', async () => {
  const { deploy, call, parameters } = start();
  const { ref } = (await deploy('Url', { Name: '/shop/url', Type: 'String', Value: 'http://a' })) ?? {};
  expect(ref).toBe('/shop/url');
  expect(parameters.value('/shop/url')).toBe('http://a');
  expect(await call('GetParameter', { Name: '/shop/url' })).toMatchObject({
    Parameter: {
      Name: '/shop/url',
      Type: 'String',
      Value: 'http://a',
      Version: 1,
      ARN: 'arn:aws:ssm:eu-central-1:111111111111:parameter/shop/url',
    },
  });
});

test('a value put later survives a restart with the same template, and yields to a changed one', async () => {
  const first = start();
  await first.deploy('Url', { Name: '/shop/url', Type: 'String', Value: 'one' });
  await first.call('PutParameter', { Name: '/shop/url', Value: 'two', Overwrite: true });
  await first.state.close();
  const again = start(first.stateDir);
  await again.deploy('Url', { Name: '/shop/url', Type: 'String', Value: 'one' });
  expect(again.parameters.value('/shop/url')).toBe('two');
  await again.deploy('Url', { Name: '/shop/url', Type: 'String', Value: 'three' });
  expect(again.parameters.value('/shop/url')).toBe('three');
});

test('a put without Overwrite does not overwrite', async () => {
  const { call } = start();
  expect(await call('PutParameter', { Name: '/a', Value: '1', Type: 'String' })).toMatchObject({ Version: 1 });
  await expect(call('PutParameter', { Name: '/a', Value: '2' })).rejects.toMatchObject({
    code: 'ParameterAlreadyExists',
  });
});

test('several are read at once, with the names that there are not', async () => {
  const { call } = start();
  await call('PutParameter', { Name: '/a', Value: '1' });
  expect(await call('GetParameters', { Names: ['/a', '/b'] })).toMatchObject({
    Parameters: [{ Value: '1' }],
    InvalidParameters: ['/b'],
  });
  await expect(call('GetParameter', { Name: '/b' })).rejects.toMatchObject({ code: 'ParameterNotFound' });
});

test('a path has its direct children, or all, in pages', async () => {
  const { call } = start();
  for (const name of ['/p/a', '/p/b', '/p/deep/c', '/pp/d']) await call('PutParameter', { Name: name, Value: name });
  expect(await call('GetParametersByPath', { Path: '/p' })).toMatchObject({
    Parameters: [{ Name: '/p/a' }, { Name: '/p/b' }],
  });
  const first = await call('GetParametersByPath', { Path: '/p/', Recursive: true, MaxResults: 2 });
  expect(first).toMatchObject({ Parameters: [{ Name: '/p/a' }, { Name: '/p/b' }], NextToken: '2' });
  expect(
    await call('GetParametersByPath', { Path: '/p', Recursive: true, MaxResults: 2, NextToken: '2' }),
  ).toMatchObject({ Parameters: [{ Name: '/p/deep/c' }] });
});

test('a role without the permission is refused by the ARN of the parameter', async () => {
  const { call, iam } = start();
  const role = { stack: 'shop', logicalId: 'R', path: 'shop/R', type: 'AWS::IAM::Role', metadata: {} };
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
  };
  await iam.provisioners[0]?.provision({ ...role, properties: { AssumeRolePolicyDocument: trust } });
  const principal: Principal = { kind: 'role', arn: 'arn:aws:iam::111111111111:role/shop-R' };
  await expect(call('GetParameter', { Name: 'plain' }, principal)).rejects.toThrow(
    'ssm:GetParameter on resource: arn:aws:ssm:eu-central-1:111111111111:parameter/plain',
  );
});

test('what is not built says so by name', async () => {
  const { call } = start();
  await expect(call('LabelParameterVersion', {})).rejects.toMatchObject({
    code: 'NotImplemented',
    message: expect.stringContaining('ssm:LabelParameterVersion'),
  });
  await expect(call('PutParameter', { Name: '/a', Value: '1', Type: 'SecureString' })).rejects.toMatchObject({
    code: 'NotImplemented',
  });
  await expect(call('GetParameter', { Name: '/a', Selector: 'x' })).rejects.toThrow(
    'the parameter Selector of ssm:GetParameter',
  );
});
