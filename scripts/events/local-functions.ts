import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Outcome } from './outcome.ts';

/** Runs functions of a local cloud through its AWS endpoint, as the one who deployed. */
export interface LocalFunctions {
  /** `functionName`: with or without an alias. */
  invoke(functionName: string, payload: string): Promise<Outcome>;
  close(): void;
}

export const localFunctions = (awsUrl: string): LocalFunctions => {
  const client = new LambdaClient({
    endpoint: awsUrl,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  return {
    async invoke(functionName, payload) {
      const answer = await client.send(
        new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(payload), LogType: 'Tail' }),
      );
      const lines = Buffer.from(answer.LogResult ?? '', 'base64').toString();
      return {
        payload: Buffer.from(answer.Payload ?? new Uint8Array()).toString(),
        failed: answer.FunctionError !== undefined,
        lines: lines === '' ? [] : lines.split('\n'),
      };
    },
    close: () => client.destroy(),
  };
};
