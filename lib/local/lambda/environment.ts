import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { startProfile } from '../cpu-profile.ts';
import { answerNotJson, handlerMissing, importFailed, thrown } from './failures.ts';
import {
  END_PROFILE,
  INIT_FAILED,
  LINES,
  PROFILE,
  READY,
  type EnvironmentData,
  type FromEnvironment,
  type ToEnvironment,
} from './protocol.ts';

/**
 * The inside of an execution environment: runs in a worker thread, loads one bundle and calls its handler. It is bundled
 * to plain JavaScript when the local cloud starts, because every worker would have to strip the types of its sources again.
 */

type Handler = (event: unknown, context: unknown) => unknown;

const isHandler = (value: unknown): value is Handler => typeof value === 'function';

const isNamespace = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Collects what the function prints, to send it with the next answer. */
const capturePrinting = (forward: boolean, send: (lines: readonly string[], bytes: number) => void) => {
  let partial = '';
  let lines: string[] = [];
  let bytes = 0;
  let scheduled = false;
  const flush = (): void => {
    scheduled = false;
    if (bytes > 0) send(...take());
  };
  const take = (): [readonly string[], number] => {
    const taken: [readonly string[], number] = [lines, bytes];
    lines = [];
    bytes = 0;
    return taken;
  };
  const write = (chunk: string | Uint8Array): void => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    bytes += text.length;
    if (forward) {
      const parts = `${partial}${text}`.split('\n');
      partial = parts.pop() ?? '';
      lines.push(...parts.filter((line) => line !== ''));
    }
    if (!scheduled) {
      scheduled = true;
      // After the answer that this line most likely belongs to, which takes it along.
      setTimeout(flush, 20).unref();
    }
  };
  const replacement = (chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
    write(chunk);
    const callback = typeof encoding === 'function' ? encoding : done;
    if (typeof callback === 'function') callback();
    return true;
  };
  process.stdout.write = replacement;
  process.stderr.write = replacement;
  return take;
};

/** @param install replaces parts of the runtime before the bundle is loaded (see WorkerHooks) */
export const runEnvironment = (install?: (options: unknown) => unknown): void => {
  const port = parentPort;
  if (port === null) throw new Error('An execution environment runs in a worker thread');
  const data: EnvironmentData = workerData;
  const post = (message: FromEnvironment): void => port.postMessage(message);
  const takePrinted = capturePrinting(data.forwardLines, (lines, bytes) => post([LINES, 0, '', lines, bytes]));
  if (data.sourceMaps) process.setSourceMapsEnabled(true);

  const load = async (): Promise<Handler | string> => {
    try {
      await install?.(data.hook);
      const bundle: unknown = await import(pathToFileURL(data.file).href);
      const handler = isNamespace(bundle) ? bundle[data.handler] : undefined;
      return isHandler(handler) ? handler : handlerMissing('index', data.handler);
    } catch (error) {
      return importFailed(error);
    }
  };

  const contextOf = (requestId: string) => {
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

  const call = async (handler: Handler, requestId: string, payload: string): Promise<[0 | 1, string]> => {
    let answer: unknown;
    try {
      answer = await handler(JSON.parse(payload), contextOf(requestId));
    } catch (error) {
      return [1, thrown(error)];
    }
    try {
      return [0, JSON.stringify(answer) ?? 'null'];
    } catch (error) {
      return [1, answerNotJson(error)];
    }
  };

  const profiled = data.profile ? startProfile() : undefined;
  const sendProfile = async (): Promise<void> => {
    const end = await profiled;
    post([PROFILE, 0, JSON.stringify([...((await end?.()) ?? [])]), [], 0]);
  };

  const loaded = load();
  void loaded.then((handler) => {
    if (typeof handler === 'string') {
      post([INIT_FAILED, 1, handler, ...takePrinted()]);
      return;
    }
    post([READY, 0, '', ...takePrinted()]);
    port.on('message', (message: ToEnvironment) => {
      const [number, requestId, payload] = message;
      if (number === END_PROFILE) {
        void sendProfile();
        return;
      }
      void call(handler, requestId, payload).then(([failed, answer]) =>
        post([number, failed, answer, ...takePrinted()]),
      );
    });
  });
  // Keeps the thread, and the calls in its mailbox, while the bundle is loading.
  port.ref();
};
