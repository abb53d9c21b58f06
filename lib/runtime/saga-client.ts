import { AwsServiceError } from './clients/aws-client.ts';
import type { StepFunctions } from './clients/sfn.ts';

/** How a synchronous (Express) execution ended. */
export type SyncOutcome =
  | { readonly status: 'succeeded'; readonly output: unknown }
  | { readonly status: 'failed' | 'timed_out'; readonly error: string; readonly cause: string };

const START_TIMEOUT_MS = 3000;

/** Runs an Express workflow and waits for its end. Its verdict may be lost: callers must be able to ask the item. */
export const runSync = async (
  client: StepFunctions,
  stateMachineArn: string,
  input: unknown,
  timeoutMs: number,
): Promise<SyncOutcome> => {
  const answer = await client.startSync({ stateMachineArn, input: JSON.stringify(input) }, timeoutMs);
  if (answer.status === 'SUCCEEDED') return { status: 'succeeded', output: JSON.parse(answer.output ?? 'null') };
  return {
    status: answer.status === 'TIMED_OUT' ? 'timed_out' : 'failed',
    error: answer.error ?? 'unknown',
    cause: answer.cause ?? '',
  };
};

/** Starts a Standard workflow under a name of its own; that it runs already is success. */
export const startOnce = async (
  client: StepFunctions,
  stateMachineArn: string,
  name: string,
  input: unknown,
): Promise<void> => {
  try {
    await client.start({ stateMachineArn, name, input: JSON.stringify(input) }, START_TIMEOUT_MS);
  } catch (error) {
    if (!(error instanceof AwsServiceError && error.name === 'ExecutionAlreadyExists')) throw error;
  }
};
