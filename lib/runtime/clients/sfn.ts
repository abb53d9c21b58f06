import { SFNClient } from '@aws-sdk/client-sfn';
import { clientOptions } from './options.ts';

/** The `sync-` host prefix is only real on AWS; another endpoint has one host. */
export const sfnClient = (requestTimeoutMs: number): SFNClient => {
  const options = clientOptions(requestTimeoutMs, 1);
  return new SFNClient({ ...options, disableHostPrefix: 'endpoint' in options });
};
