import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Principal } from '../../../lib/local/contracts.ts';
import { createIam } from '../../../lib/local/iam/iam.ts';
import { createMeter } from '../../../lib/local/meter.ts';
import { generateSecret, GenerateSecretString } from '../../../lib/local/secrets/generated-secret.ts';
import { createSecrets } from '../../../lib/local/secrets/secrets.ts';
import { createState } from '../../../lib/local/state.ts';

const account = { accountId: '111111111111', region: 'eu-central-1', partition: 'aws' } as const;
const root: Principal = { kind: 'root', arn: 'arn:aws:iam::111111111111:root' };

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const state of open.splice(0)) await state.close();
});

const start = (stateDir = mkdtempSync(join(tmpdir(), 'secrets-'))) => {
  const state = createState({ file: join(stateDir, 'state.db') });
  open.push(state);
  const iam = createIam({ account, stateDir });
  const secrets = createSecrets({ account, iam, state, meter: createMeter() });
  const deploy = async (properties: Record<string, unknown>) => {
    const type = 'AWS::SecretsManager::Secret';
    const made = await secrets.provisioners[0]?.provision({
      stack: 'shop',
      logicalId: 'Key',
      path: 'shop/Key',
      type,
      properties,
      metadata: {},
    });
    return made?.ref ?? '';
  };
  const call = (operation: string, input: Record<string, unknown>, principal: Principal = root) =>
    secrets.service.call(operation, input, principal);
  return { deploy, call, stateDir, state };
};

test('a generated secret is a JSON object with a random value, and the same after a restart', async () => {
  const first = start();
  const generate = {
    GenerateSecretString: {
      SecretStringTemplate: '{"kind":"operator"}',
      GenerateStringKey: 'key',
      ExcludePunctuation: true,
      PasswordLength: 40,
    },
  };
  const arn = await first.deploy(generate);
  expect(arn).toMatch(/^arn:aws:secretsmanager:eu-central-1:111111111111:secret:shop-Key-[A-Za-z0-9]{6}$/);
  const secret = await first.call('GetSecretValue', { SecretId: arn });
  expect(secret).toMatchObject({
    ARN: arn,
    Name: 'shop-Key',
    VersionStages: ['AWSCURRENT'],
    SecretString: expect.stringMatching(/^\{"kind":"operator","key":"[A-Za-z0-9]{40}"\}$/),
  });
  await first.state.close();
  const again = start(first.stateDir);
  expect(await again.deploy(generate)).toBe(arn);
  expect(await again.call('GetSecretValue', { SecretId: 'shop-Key' })).toEqual(secret);
});

test('a new value is current, and the one before previous', async () => {
  const { deploy, call } = start();
  const arn = await deploy({ SecretString: 'one' });
  await call('PutSecretValue', { SecretId: arn, SecretString: 'two', ClientRequestToken: 'v2' });
  expect(await call('GetSecretValue', { SecretId: arn })).toMatchObject({ SecretString: 'two', VersionId: 'v2' });
  expect(await call('GetSecretValue', { SecretId: arn, VersionStage: 'AWSPREVIOUS' })).toMatchObject({
    SecretString: 'one',
  });
  expect(await call('DescribeSecret', { SecretId: arn })).toMatchObject({ VersionIdsToStages: { v2: ['AWSCURRENT'] } });
});

test('the same token is the same version, with the same value only', async () => {
  const { deploy, call } = start();
  const arn = await deploy({ SecretString: 'one' });
  const put = (SecretString: string) =>
    call('PutSecretValue', { SecretId: arn, SecretString, ClientRequestToken: 'token' });
  await put('two');
  expect(await put('two')).toMatchObject({ VersionId: 'token' });
  await expect(put('three')).rejects.toMatchObject({ code: 'ResourceExistsException' });
});

test('an operator makes a secret once; the same request again is the same secret, and another is refused', async () => {
  const { call } = start();
  const create = (SecretString: string, ClientRequestToken: string) =>
    call('CreateSecret', { Name: 'cartwright/dev/storage/node-1', SecretString, ClientRequestToken });
  const made = await create('one', 'first');
  expect(made).toMatchObject({ Name: 'cartwright/dev/storage/node-1', VersionId: 'first' });
  expect(await create('one', 'first')).toEqual(made);
  await expect(create('two', 'second')).rejects.toMatchObject({ code: 'ResourceExistsException' });
  await expect(create('two', 'first')).rejects.toMatchObject({ code: 'ResourceExistsException' });
  expect(await call('GetSecretValue', { SecretId: 'cartwright/dev/storage/node-1' })).toMatchObject({
    SecretString: 'one',
    VersionStages: ['AWSCURRENT'],
  });
  await expect(call('CreateSecret', { Name: 'no blanks', SecretString: 'x' })).rejects.toMatchObject({
    code: 'ValidationException',
  });
});

test('a stage moves from the version that holds it, by name', async () => {
  const { deploy, call } = start();
  const arn = await deploy({ SecretString: 'one' });
  const put = (id: string, stages?: string[]) =>
    call('PutSecretValue', {
      SecretId: arn,
      SecretString: id,
      ClientRequestToken: id,
      ...(stages === undefined ? {} : { VersionStages: stages }),
    });
  await put('now');
  await put('next', ['AWSPENDING']);
  const move = { SecretId: arn, VersionStage: 'AWSCURRENT', MoveToVersionId: 'next' };
  await expect(call('UpdateSecretVersionStage', move)).rejects.toMatchObject({ code: 'InvalidParameterException' });
  await call('UpdateSecretVersionStage', { ...move, RemoveFromVersionId: 'now' });
  expect(await call('GetSecretValue', { SecretId: arn })).toMatchObject({ SecretString: 'next' });
  expect(await call('GetSecretValue', { SecretId: arn, VersionStage: 'AWSPREVIOUS' })).toMatchObject({
    SecretString: 'now',
  });
});

test('a secret can be made by name, once, and found by that name', async () => {
  const { call } = start();
  const make = { Name: 'shop/keys/one', SecretString: 'first', ClientRequestToken: 'token-1' };
  const made = await call('CreateSecret', make);
  expect(made).toMatchObject({
    ARN: expect.stringMatching(/:secret:shop\/keys\/one-[A-Za-z0-9]{6}$/),
    Name: 'shop/keys/one',
    VersionId: 'token-1',
  });
  expect(await call('CreateSecret', make)).toEqual(made);
  await expect(call('CreateSecret', { ...make, ClientRequestToken: 'token-2' })).rejects.toMatchObject({
    code: 'ResourceExistsException',
  });
  await call('PutSecretValue', { SecretId: 'shop/keys/one', SecretString: 'second' });
  expect(await call('GetSecretValue', { SecretId: 'shop/keys/one' })).toMatchObject({ SecretString: 'second' });
});

test('what is not there is ResourceNotFoundException, and a list has all', async () => {
  const { deploy, call } = start();
  await deploy({ Description: 'empty' });
  await expect(call('GetSecretValue', { SecretId: 'nobody' })).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
  });
  await expect(call('GetSecretValue', { SecretId: 'shop-Key' })).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
  });
  expect(await call('ListSecrets', {})).toMatchObject({ SecretList: [{ Name: 'shop-Key', Description: 'empty' }] });
});

test('a caller without permission does not learn whether a secret exists', async () => {
  const { call } = start();
  const stranger: Principal = { kind: 'service', arn: 'x', service: 'events.amazonaws.com', sourceArn: 'x' };
  await expect(call('GetSecretValue', { SecretId: 'nobody' }, stranger)).rejects.toMatchObject({
    code: 'AccessDeniedException',
  });
});

test('every included type is in a generated password, and nothing excluded', () => {
  for (let round = 0; round < 200; round += 1) {
    const password = generateSecret(GenerateSecretString.parse({ PasswordLength: 4, ExcludeCharacters: 'abc"@/\\' }));
    expect(password).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^A-Za-z0-9])[^abc"@/\\]{4}$/);
  }
});
