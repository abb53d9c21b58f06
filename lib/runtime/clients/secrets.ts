import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientOptions } from './options.ts';

/** A secret by ARN, as JSON text. */
export interface Secrets {
  read(secretArn: string): Promise<string>;
  write(secretArn: string, value: string): Promise<void>;
}

export const secretsManager = (): Secrets => {
  const client = new SecretsManagerClient(clientOptions(5000));
  return {
    read: async (secretArn) => {
      const answer = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
      if (answer.SecretString === undefined) throw new Error(`The secret ${secretArn} has no text value`);
      return answer.SecretString;
    },
    write: async (secretArn, value) => {
      await client.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: value }));
    },
  };
};
