import type { AwsCredentialIdentity } from '@aws-sdk/types';
import { lambdaEnv } from '../env.ts';

/**
 * The role's credentials, which Lambda puts into the environment. Given to every client, so that the SDK's chain of
 * providers (files, SSO, instance metadata) is neither bundled nor asked.
 */
export const lambdaCredentials = async (): Promise<AwsCredentialIdentity> => {
  const env = lambdaEnv();
  return {
    accessKeyId: env.AWS_ACCESS_KEY_ID,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
    ...(env.AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: env.AWS_SESSION_TOKEN }),
  };
};
