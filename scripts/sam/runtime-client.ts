/**
 * The Node.js runtime of a Lambda image that is made on this machine: a client of the Lambda Runtime API. It loads the
 * handler that `_HANDLER` names from `LAMBDA_TASK_ROOT`, then takes one event after the other.
 */
import { join } from 'node:path';

const variable = (name: string, otherwise = ''): string => process.env[name] ?? otherwise;

const api = `http://${variable('AWS_LAMBDA_RUNTIME_API')}/2018-06-01/runtime`;

const post = async (path: string, body: string, type?: string): Promise<void> => {
  const headers: Record<string, string> = type === undefined ? {} : { 'Lambda-Runtime-Function-Error-Type': type };
  await (await fetch(`${api}/${path}`, { method: 'POST', body, headers })).arrayBuffer();
};

/** An error as the runtime of AWS reports it. */
const failureOf = (error: unknown) =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };

const loadHandler = async (): Promise<(event: unknown, context: unknown) => unknown> => {
  const [file = '', name = ''] = variable('_HANDLER').split('.');
  const bundle: unknown = await import(join(variable('LAMBDA_TASK_ROOT', '/var/task'), `${file}.mjs`));
  const handler: unknown = Reflect.get(Object(bundle), name);
  if (typeof handler !== 'function') throw new Error(`${file}.${name} is undefined or not exported`);
  return (event, context) => Reflect.apply(handler, undefined, [event, context]);
};

const serveOne = async (handler: (event: unknown, context: unknown) => unknown): Promise<void> => {
  const next = await fetch(`${api}/invocation/next`);
  const text = await next.text();
  const id = next.headers.get('lambda-runtime-aws-request-id') ?? '';
  const deadline = Number(next.headers.get('lambda-runtime-deadline-ms'));
  const context = {
    awsRequestId: id,
    invokedFunctionArn: next.headers.get('lambda-runtime-invoked-function-arn'),
    functionName: variable('AWS_LAMBDA_FUNCTION_NAME'),
    functionVersion: variable('AWS_LAMBDA_FUNCTION_VERSION'),
    memoryLimitInMB: variable('AWS_LAMBDA_FUNCTION_MEMORY_SIZE'),
    logGroupName: variable('AWS_LAMBDA_LOG_GROUP_NAME'),
    logStreamName: variable('AWS_LAMBDA_LOG_STREAM_NAME'),
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  try {
    const answer = await handler(JSON.parse(text), context);
    await post(`invocation/${id}/response`, JSON.stringify(answer) ?? 'null');
  } catch (error) {
    const failure = failureOf(error);
    await post(`invocation/${id}/error`, JSON.stringify(failure), failure.errorType);
  }
};

try {
  const handler = await loadHandler();
  for (;;) await serveOne(handler);
} catch (error) {
  const failure = failureOf(error);
  await post('init/error', JSON.stringify(failure), failure.errorType);
  process.exit(1);
}
