import { pathToFileURL } from 'node:url';
import { answerNotJson, handlerMissing, importFailed, thrown } from './failures.ts';
import { createPrinting } from './printing.ts';
import {
  INIT_FAILED,
  LINES,
  READY,
  type EnvironmentData,
  type FromEnvironment,
  type LoadMessage,
  type ToEnvironment,
  type Used,
} from './protocol.ts';
import { withVariables } from './variables.ts';

/** The inside of an execution environment: loads one bundle in this thread and calls its handler. */

type Handler = (event: unknown, context: unknown) => unknown;

const isHandler = (value: unknown): value is Handler => typeof value === 'function';

const isNamespace = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Files that this thread has imported: another environment of the same one needs module state of its own. */
const imported = new Map<string, number>();

const importBundle = (file: string): Promise<unknown> => {
  const before = imported.get(file) ?? 0;
  imported.set(file, before + 1);
  return import(`${pathToFileURL(file).href}${before === 0 ? '' : `?environment=${before}`}`);
};

const contextOf = (data: EnvironmentData, requestId: string) => {
  const deadline = Date.now() + data.timeoutMs;
  return {
    awsRequestId: requestId,
    functionName: data.functionName,
    functionVersion: data.functionVersion,
    invokedFunctionArn: data.invokedFunctionArn,
    memoryLimitInMB: String(data.memoryMb),
    logGroupName: `/aws/lambda/${data.functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
};

/** What the hook that is installed before the bundle is loaded may answer: takes the requests made since the last time. */
type TakeRequests = () => readonly string[];

const isTakeRequests = (value: unknown): value is TakeRequests => typeof value === 'function';

/** Starts to measure this thread; the answer ends it. */
const measure = (requests: TakeRequests | undefined): (() => Used) => {
  requests?.();
  const before = process.threadCpuUsage();
  return () => {
    const { user, system } = process.threadCpuUsage(before);
    return { cpuMicroseconds: Math.round(user + system), requests: requests?.() ?? [] };
  };
};

/**
 * Loads a bundle, then answers its calls. Not before it has settled may another environment be loaded in this thread.
 * @param install replaces parts of the runtime before the bundle is loaded (see WorkerHooks)
 */
export const runEnvironment = async (
  { data, variables, port }: LoadMessage,
  install: ((options: unknown) => unknown) | undefined,
): Promise<void> => {
  const post = (message: FromEnvironment): void => port.postMessage(message);
  const printing = createPrinting(data.forwardLines, (lines, bytes, events) =>
    post([LINES, 0, '', lines, bytes, events]),
  );
  if (data.sourceMaps) process.setSourceMapsEnabled(true);

  let requests: TakeRequests | undefined;
  const begin = (): (() => Used | undefined) => (data.measured ? measure(requests) : () => undefined);

  const load = async (): Promise<Handler | string> => {
    try {
      const installed = await install?.(data.hook);
      if (isTakeRequests(installed)) requests = installed;
      const bundle = await importBundle(data.file);
      const handler = isNamespace(bundle) ? bundle[data.handler] : undefined;
      return isHandler(handler) ? handler : handlerMissing('index', data.handler);
    } catch (error) {
      return importFailed(error);
    }
  };

  const call = async (handler: Handler, requestId: string, payload: string): Promise<[0 | 1, string]> => {
    let answer: unknown;
    try {
      answer = await handler(JSON.parse(payload), contextOf(data, requestId));
    } catch (error) {
      return [1, thrown(error)];
    }
    try {
      return [0, JSON.stringify(answer) ?? 'null'];
    } catch (error) {
      return [1, answerNotJson(error)];
    }
  };

  const inside = <Result>(work: () => Result): Result => withVariables(variables, () => printing.run(work));
  const loaded = begin();
  const handler = await inside(load);
  if (typeof handler === 'string') {
    post([INIT_FAILED, 1, handler, ...printing.take()]);
    return;
  }
  post([READY, 0, '', ...printing.take(), loaded()]);
  port.on('message', ([number, requestId, payload]: ToEnvironment) => {
    const ended = begin();
    void inside(() => call(handler, requestId, payload)).then(([failed, answer]) =>
      post([number, failed, answer, ...printing.take(), ended()]),
    );
  });
};
