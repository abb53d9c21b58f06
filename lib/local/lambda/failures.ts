/** The answers of Lambda's own for invocations that have none, as the runtime for Node.js words them. */

/** Largest answer of a synchronous invocation, in bytes of JSON (Lambda quotas: 6 MB). */
export const MAX_ANSWER_BYTES = 6_291_556;
/** Largest event of a synchronous invocation, in bytes (Lambda quotas: 6 MB). */
export const MAX_EVENT_BYTES = 6_291_456;
/** Largest event of an asynchronous invocation, in bytes (Lambda quotas: 1 MB). */
export const MAX_ASYNC_EVENT_BYTES = 1_048_576;

const failure = (errorType: string, errorMessage: string, trace?: readonly string[]): string =>
  JSON.stringify(trace === undefined ? { errorType, errorMessage } : { errorType, errorMessage, trace });

export const timedOut = (requestId: string, timeoutMs: number): string =>
  failure(
    'Sandbox.Timedout',
    `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
  );

export const exited = (requestId: string, how: string): string =>
  failure('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited with error: ${how}`);

export const answerTooLarge = (): string =>
  failure(
    'Function.ResponseSizeTooLarge',
    `Response payload size exceeded maximum allowed payload size (${MAX_ANSWER_BYTES} bytes).`,
  );

/** What a thrown value becomes. */
export const thrown = (value: unknown): string =>
  value instanceof Error
    ? failure(value.name, value.message, value.stack?.split('\n') ?? [])
    : failure(typeof value, String(value), []);

/** An error of the environment as a whole: nobody caught it. */
export const uncaught = (value: unknown): string =>
  value instanceof Error ? failure(value.name, value.message, value.stack?.split('\n') ?? []) : thrown(value);

export const importFailed = (value: unknown): string =>
  failure(
    value instanceof SyntaxError
      ? 'Runtime.UserCodeSyntaxError'
      : value instanceof Error
        ? value.name
        : 'Runtime.ImportModuleError',
    value instanceof Error ? value.message : String(value),
    value instanceof Error ? (value.stack?.split('\n') ?? []) : [],
  );

export const handlerMissing = (file: string, handler: string): string =>
  failure('Runtime.HandlerNotFound', `${file}.${handler} is undefined or not exported`);

export const answerNotJson = (value: unknown): string =>
  failure(
    'Runtime.MarshalError',
    `Unable to stringify response body: ${value instanceof Error ? value.message : String(value)}`,
  );
