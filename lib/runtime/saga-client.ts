import {
  ExecutionAlreadyExists,
  type SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
} from '@aws-sdk/client-sfn';

/** How a synchronous (Express) execution ended. */
export type SyncOutcome =
  | { readonly status: 'succeeded'; readonly output: unknown }
  | { readonly status: 'failed' | 'timed_out'; readonly error: string; readonly cause: string };

/** Runs an Express workflow and waits for its end. Its verdict may be lost: callers must be able to ask the item. */
export const runSync = async (
  client: SFNClient,
  stateMachineArn: string,
  input: unknown,
  timeoutMs: number,
): Promise<SyncOutcome> => {
  const answer = await client.send(new StartSyncExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }), {
    abortSignal: AbortSignal.timeout(timeoutMs),
  });
  if (answer.status === 'SUCCEEDED') return { status: 'succeeded', output: JSON.parse(answer.output ?? 'null') };
  return {
    status: answer.status === 'TIMED_OUT' ? 'timed_out' : 'failed',
    error: answer.error ?? 'unknown',
    cause: answer.cause ?? '',
  };
};

/** Starts a Standard workflow under a name of its own; that it runs already is success. */
export const startOnce = async (
  client: SFNClient,
  stateMachineArn: string,
  name: string,
  input: unknown,
): Promise<void> => {
  try {
    await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
  } catch (error) {
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
  }
};
