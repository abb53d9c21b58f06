import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type * as z from 'zod';
import { lambdaHandler } from './lambda-handler.ts';
import { describeError, loggerFor } from './log.ts';
import { readMessage, requireRecords } from './malformed-event.ts';

export interface TaskContext {
  /** Milliseconds until Lambda ends the invocation. */
  readonly remainingMs: () => number;
}

/**
 * The way in of the worker of a `WorkQueue`. A batch's tasks are worked on at once, each by itself: one that fails comes
 * again, and ends among the dead letters. A task comes at least once, so it must be safe to do twice. `work` says for the
 * log how it ended.
 */
export const worker = <Task extends z.ZodType>(
  name: string,
  schema: Task,
  work: (task: z.output<Task>, context: TaskContext) => Promise<Readonly<Record<string, unknown>>>,
): ((event: SQSEvent, context: Context) => Promise<SQSBatchResponse>) => {
  const handle = async ({ messageId, body }: SQSRecord, context: TaskContext): Promise<string | undefined> => {
    // A message is its own trace.
    const log = loggerFor({ traceId: messageId, requestId: messageId });
    const started = performance.now();
    try {
      const outcome = await work(readMessage(`"${name}" takes tasks of its queue`, schema, body), context);
      log('info', name, { ...outcome, ms: Math.round(performance.now() - started) });
      return undefined;
    } catch (error) {
      log('error', `${name} failed`, { error: describeError(error) });
      return messageId;
    }
  };

  return lambdaHandler(async (event: SQSEvent, lambda: Context): Promise<SQSBatchResponse> => {
    requireRecords(event, 'aws:sqs');
    const context = { remainingMs: () => lambda.getRemainingTimeInMillis() };
    const failed = await Promise.all(event.Records.map((record) => handle(record, context)));
    return {
      batchItemFailures: failed.flatMap((itemIdentifier) => (itemIdentifier === undefined ? [] : [{ itemIdentifier }])),
    };
  });
};
