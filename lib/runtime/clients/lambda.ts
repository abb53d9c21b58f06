import { type AwsClientOptions, awsClientOver, functionOptions } from './aws-client.ts';

/** What a function answered; `functionError` is set when the payload is an error that it threw or ended with. */
export interface InvokeAnswer {
  /** JSON text, empty for nothing. */
  readonly payload: string;
  readonly functionError: string | undefined;
}

/** Calls functions and waits for their answers. One try: a call's retries are decided by its caller. */
export interface Lambda {
  /** @throws AwsServiceError, `ResourceNotFoundException` where there is no such function */
  invoke(functionArn: string, payload: string, timeoutMs: number): Promise<InvokeAnswer>;
}

export const lambdaOver = (options: Omit<AwsClientOptions, 'service'>): Lambda => {
  const client = awsClientOver({ ...options, service: 'lambda' });
  return {
    invoke: async (functionArn, payload, timeoutMs) => {
      const path = `/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`;
      const headers = { 'content-type': 'application/octet-stream' };
      const answer = await client.send({ path, headers, body: payload, timeoutMs, what: functionArn });
      const error = answer.headers['x-amz-function-error'];
      return { payload: answer.text, functionError: typeof error === 'string' ? error : undefined };
    },
  };
};

export const lambdaClient = (): Lambda => lambdaOver(functionOptions('lambda'));
