import { LambdaClient } from '@aws-sdk/client-lambda';
import { clientOptions } from './options.ts';

/** `maxAttempts` 1: a call's retries are decided by its caller, who knows whether it is safe. */
export const lambdaClient = (requestTimeoutMs: number): LambdaClient =>
  new LambdaClient(clientOptions(requestTimeoutMs, 1));
