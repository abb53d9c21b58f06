import * as z from 'zod';
import { type AwsClientOptions, AwsServiceError, awsClientOver, functionOptions, withRetries } from './aws-client.ts';

/** Secrets that are made at run time, by name. */
export interface NamedSecrets {
  /** The text value; undefined where there is no such secret. */
  read(name: string): Promise<string | undefined>;
  /** Makes the secret, or gives it a new value. */
  write(name: string, value: string): Promise<void>;
}

const Answer = z.object({ SecretString: z.string().optional() });
const TIMEOUT_MS = 2000;
const ATTEMPTS = 3;

const isNamed = (error: unknown, name: string): boolean => error instanceof AwsServiceError && error.name === name;

export const namedSecretsOver = (options: Omit<AwsClientOptions, 'service'>, newToken: () => string): NamedSecrets => {
  const client = awsClientOver({ ...options, service: 'secretsmanager' });
  const call = (operation: string, input: Readonly<Record<string, string>>): Promise<string> =>
    withRetries(ATTEMPTS, async () => {
      const headers = {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `secretsmanager.${operation}`,
      };
      const what = `Secrets Manager ${operation}`;
      return (await client.send({ headers, body: JSON.stringify(input), timeoutMs: TIMEOUT_MS, what })).text;
    });
  return {
    read: async (name) => {
      try {
        return Answer.parse(JSON.parse(await call('GetSecretValue', { SecretId: name }))).SecretString;
      } catch (error) {
        if (isNamed(error, 'ResourceNotFoundException')) return undefined;
        throw error;
      }
    },
    write: async (name, value) => {
      // One token for all tries: a repetition of a write that took effect is the same version.
      const version = { SecretString: value, ClientRequestToken: newToken() };
      try {
        await call('PutSecretValue', { SecretId: name, ...version });
      } catch (error) {
        if (!isNamed(error, 'ResourceNotFoundException')) throw error;
        await call('CreateSecret', { Name: name, ...version });
      }
    },
  };
};

export const namedSecrets = (newToken: () => string): NamedSecrets =>
  namedSecretsOver(functionOptions('secretsmanager'), newToken);
