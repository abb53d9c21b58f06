import { expect, test } from 'vitest';
import { createSts } from '../../../lib/local/sts/sts.ts';

const account = { accountId: '111111111111', region: 'eu-central-1', partition: 'aws' } as const;
const { service } = createSts({ account });

test('a function learns the session of its role', async () => {
  expect(
    await service.call('GetCallerIdentity', {}, { kind: 'role', arn: 'arn:aws:iam::111111111111:role/shop-Writer' }),
  ).toEqual({
    Arn: 'arn:aws:sts::111111111111:assumed-role/shop-Writer/local',
    UserId: 'AROAshop-Writer:local',
    Account: '111111111111',
  });
});

test('the developer is the account itself', async () => {
  const root = { kind: 'root', arn: 'arn:aws:iam::111111111111:root' } as const;
  expect(await service.call('GetCallerIdentity', {}, root)).toMatchObject({ Arn: root.arn, Account: '111111111111' });
});

test('another operation says that it is not built', async () => {
  const root = { kind: 'root', arn: 'arn:aws:iam::111111111111:root' } as const;
  await expect(service.call('GetFederationToken', {}, root)).rejects.toMatchObject({ code: 'NotImplemented' });
});
