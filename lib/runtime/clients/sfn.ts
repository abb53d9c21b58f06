import type { StartExecutionInput, StartSyncExecutionInput } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { type AwsClient, type AwsClientOptions, awsClientOver, functionOptions } from './aws-client.ts';

const SyncExecution = z.object({
  status: z.enum(['SUCCEEDED', 'FAILED', 'TIMED_OUT']),
  output: z.string().optional(),
  error: z.string().optional(),
  cause: z.string().optional(),
});
export type SyncExecution = z.output<typeof SyncExecution>;

/** Starts executions of state machines. One try: a second start could be a second execution. */
export interface StepFunctions {
  /** Runs an Express workflow and waits for its end. @throws AwsServiceError */
  startSync(input: StartSyncExecutionInput, timeoutMs: number): Promise<SyncExecution>;
  /** Starts a Standard workflow. @throws AwsServiceError, `ExecutionAlreadyExists` */
  start(input: StartExecutionInput, timeoutMs: number): Promise<void>;
}

const send = async (client: AwsClient, operation: string, input: object, timeoutMs: number): Promise<string> => {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AWSStepFunctions.${operation}` };
  const request = { headers, body: JSON.stringify(input), timeoutMs, what: `Step Functions ${operation}` };
  return (await client.send(request)).text;
};

type Where = Omit<AwsClientOptions, 'service'>;

/** @param synchronousAt AWS serves synchronous executions at a host of their own */
export const stepFunctionsOver = (at: Where, synchronousAt: Where = at): StepFunctions => {
  const synchronous = awsClientOver({ ...synchronousAt, service: 'states' });
  const client = awsClientOver({ ...at, service: 'states' });
  return {
    startSync: async (input, timeoutMs) =>
      SyncExecution.parse(JSON.parse(await send(synchronous, 'StartSyncExecution', input, timeoutMs))),
    start: async (input, timeoutMs) => {
      await send(client, 'StartExecution', input, timeoutMs);
    },
  };
};

export const sfnClient = (): StepFunctions =>
  stepFunctionsOver(functionOptions('states'), functionOptions('states', 'sync-states'));
