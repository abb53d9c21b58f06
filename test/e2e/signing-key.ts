import { GetSecretValueCommand, ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { KeySet, keyThatSigns, type SigningKey } from '../../functions/accounts/key-set.ts';
import { systemClock } from '../../lib/runtime/clock.ts';
import { asDeployer } from './deployer.ts';

/** The key with which the deployment signs access tokens, as only an operator can read it: to sign what accounts never would. */
export const readSigningKey = async (): Promise<SigningKey> => {
  const client = new SecretsManagerClient(asDeployer);
  const { SecretList = [] } = await client.send(new ListSecretsCommand({}));
  const secret = SecretList.find(({ Description }) => Description?.startsWith('The signing keys of access tokens'));
  if (secret?.ARN === undefined) throw new Error('The deployment has no secret with signing keys');
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: secret.ARN }));
  client.destroy();
  return keyThatSigns(KeySet.parse(JSON.parse(SecretString)), systemClock());
};
