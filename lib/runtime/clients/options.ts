import { NodeHttpHandler } from '@smithy/node-http-handler';
import { lambdaEnv } from '../env.ts';
import { lambdaCredentials } from './credentials.ts';

/**
 * What every AWS client of a function is made with: an explicit time-out (the SDK has none), the role's credentials and
 * the endpoint of the environment. `AWS_ENDPOINT_URL` is unset on AWS.
 */
export const clientOptions = (requestTimeoutMs: number, maxAttempts = 3) => {
  const env = lambdaEnv();
  return {
    region: env.AWS_REGION,
    credentials: lambdaCredentials,
    maxAttempts,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 1000,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    }),
    ...(env.AWS_ENDPOINT_URL === undefined ? {} : { endpoint: env.AWS_ENDPOINT_URL }),
  };
};
