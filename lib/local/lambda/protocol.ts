import type { MessagePort } from 'node:worker_threads';

/**
 * What passes between the main thread and an environment, on a port of its own. Tuples of plain text: the cheapest thing
 * to clone.
 */

/** Given to a thread at its start. */
export interface ThreadData {
  /** Whether the thread is profiled, for `END_PROFILE`. */
  readonly profile: boolean;
}

/** To a thread: load a bundle as an environment. */
export interface LoadMessage {
  readonly data: EnvironmentData;
  readonly variables: Readonly<Record<string, string>>;
  readonly port: MessagePort;
}

/** To a thread: end the profile and send it, as JSON text of pairs: a function, and the milliseconds spent in it. */
export const END_PROFILE = 'end profile';

/** To a thread, and back: it still takes messages. */
export const ALIVE = 'alive';

/** Given to an environment at its start. */
export interface EnvironmentData {
  /** The bundle's file. */
  readonly file: string;
  /** The exported function's name: `handler` of `index.handler`. */
  readonly handler: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  /** Whether anyone looks at the lines that the function prints; else only their bytes are counted. */
  readonly forwardLines: boolean;
  readonly sourceMaps: boolean;
  /** Whether what each call takes is measured: only where the thread works on one call at a time. */
  readonly measured: boolean;
  /** Options of the hook that is installed before the bundle is loaded. */
  readonly hook: unknown;
}

/** Call number, request id, JSON text of the event. */
export type ToEnvironment = readonly [call: number, requestId: string, payload: string];

/** The environment has loaded its bundle. */
export const READY = -1;
/** The bundle cannot be loaded; the payload says why. */
export const INIT_FAILED = -2;
/** Only printed lines. */
export const LINES = -3;

/** What a measured call, or the loading of the bundle, took. */
export interface Used {
  readonly cpuMicroseconds: number;
  /** Requests to AWS services, as `<service>.<operation>`, of Lambda with ` <function>`. */
  readonly requests: readonly string[];
}

/**
 * `kind` is the call's number, or one of the constants above. `failed` is 1 for an error's payload. `printed` are the
 * lines printed since the last message, `bytes` their length, `events` how many log events they are. `used` is undefined where nothing is measured.
 */
export type FromEnvironment = readonly [
  kind: number,
  failed: 0 | 1,
  payload: string,
  printed: readonly string[],
  bytes: number,
  events: number,
  used?: Used | undefined,
];
