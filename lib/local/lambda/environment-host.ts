import type { MessagePort } from 'node:worker_threads';
import type { InvokeResult } from '../contracts.ts';
import { answerTooLarge, exited, importFailed, MAX_ANSWER_BYTES, timedOut, uncaught } from './failures.ts';
import {
  INIT_FAILED,
  LINES,
  READY,
  type EnvironmentData,
  type FromEnvironment,
  type ToEnvironment,
  type Used,
} from './protocol.ts';

/** One invocation on its way through an environment. */
export interface Call {
  readonly requestId: string;
  readonly payload: string;
  /** Gets the lines that the environment prints until the answer; with several calls at once, also those of the others. */
  readonly tail?: string[] | undefined;
  /** Called once. */
  readonly settle: (result: InvokeResult) => void;
}

interface Running extends Call {
  /** Milliseconds since 1970; infinite while the environment is loading its bundle, which Lambda does not count. */
  deadline: number;
}

/** An execution environment as the main thread sees it. */
export interface EnvironmentHost {
  readonly inFlight: number;
  /** Milliseconds since 1970 of the last time that it became idle. */
  readonly idleSince: number;
  call(call: Call): void;
  /** Answers the calls that are past their deadline with a time-out; the environment is then unfit for more. */
  expire(now: number): 'fit' | 'unfit';
  /** Ends the environment; calls in flight are answered with an error. */
  stop(): Promise<void>;
}

/** How a thread ended: by an error that nobody caught, or by exiting. */
export type ThreadEnd = { readonly error: unknown } | { readonly exitCode: number };

/** Lambda gives 10 s for the bundle to load; a laptop that loads thirty at once is slower. */
const INIT_LIMIT_MS = 30_000;

const answered = (failed: 0 | 1, payload: string): InvokeResult => {
  if (failed === 1) return { payload, functionError: 'Unhandled' };
  const tooLarge =
    payload.length > MAX_ANSWER_BYTES ||
    (payload.length > MAX_ANSWER_BYTES / 3 && Buffer.byteLength(payload) > MAX_ANSWER_BYTES);
  return tooLarge ? { payload: answerTooLarge(), functionError: 'Unhandled' } : { payload };
};

export const hostEnvironment = (options: {
  readonly port: MessagePort;
  readonly data: EnvironmentData;
  readonly now: () => number;
  readonly onPrinted: (lines: readonly string[], bytes: number, events: number) => void;
  /** What a measured call took, or loading the bundle. */
  readonly onUsed: (what: 'call' | 'init', used: Used) => void;
  /** The environment can take no more calls: it has crashed, or could not be loaded. */
  readonly onGone: () => void;
  /** A call was answered. */
  readonly onAnswer: () => void;
  /** A call was not answered in time: its thread may be stuck. */
  readonly onLate: () => void;
  /** The thread need not host it any longer. */
  readonly leave: () => Promise<void>;
}): EnvironmentHost & { readonly lost: (end: ThreadEnd) => void } => {
  const { data, now, port } = options;
  const calls = new Map<number, Running>();
  let lastCall = 0;
  /** Calls that were given a `tail`; mostly none, and then nobody goes through the calls for it. */
  let tailed = 0;
  let idleSince = now();
  let ready = false;
  let gone = false;
  const initDeadline = now() + INIT_LIMIT_MS;

  const settleAll = (payloadOf: (call: Call) => string): void => {
    const waiting = [...calls.values()];
    calls.clear();
    idleSince = now();
    for (const call of waiting) call.settle({ payload: payloadOf(call), functionError: 'Unhandled' });
  };

  const beGone = (): void => {
    if (gone) return;
    gone = true;
    port.close();
    options.onGone();
  };

  port.on('message', ([kind, failed, payload, printed, bytes, events, used]: FromEnvironment) => {
    if (bytes > 0) options.onPrinted(printed, bytes, events);
    if (tailed > 0) for (const call of calls.values()) call.tail?.push(...printed);
    if (used !== undefined) options.onUsed(kind === READY ? 'init' : 'call', used);
    if (kind >= 0) {
      const call = calls.get(kind);
      if (call === undefined) return;
      calls.delete(kind);
      if (call.tail !== undefined) tailed -= 1;
      if (calls.size === 0) idleSince = now();
      call.settle(answered(failed, payload));
      options.onAnswer();
    } else if (kind === READY) {
      ready = true;
      const deadline = now() + data.timeoutMs;
      for (const call of calls.values()) call.deadline = deadline;
    } else if (kind === INIT_FAILED) {
      beGone();
      settleAll(() => payload);
      void options.leave();
    } else if (kind !== LINES) {
      throw new Error(`An environment sent a message of unknown kind ${kind}`);
    }
  });

  const failureOf =
    (end: ThreadEnd): ((call: Call) => string) =>
    ({ requestId }) => {
      if ('exitCode' in end) return exited(requestId, `exit status ${end.exitCode}`);
      const { error } = end;
      const isMemory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      return isMemory ? exited(requestId, 'signal: killed') : ready ? uncaught(error) : importFailed(error);
    };

  return {
    get inFlight() {
      return calls.size;
    },
    get idleSince() {
      return idleSince;
    },
    lost(end) {
      beGone();
      settleAll(failureOf(end));
    },
    call(call) {
      lastCall += 1;
      if (call.tail !== undefined) tailed += 1;
      calls.set(lastCall, { ...call, deadline: ready ? now() + data.timeoutMs : Number.POSITIVE_INFINITY });
      const message: ToEnvironment = [lastCall, call.requestId, call.payload];
      port.postMessage(message);
    },
    expire(time) {
      const isStuck = !ready && time > initDeadline;
      let fit: 'fit' | 'unfit' = 'fit';
      for (const [number, call] of calls) {
        if (time < call.deadline && !isStuck) continue;
        fit = 'unfit';
        calls.delete(number);
        call.settle({
          payload: timedOut(call.requestId, isStuck ? INIT_LIMIT_MS : data.timeoutMs),
          functionError: 'Unhandled',
        });
      }
      if (fit === 'unfit') options.onLate();
      return fit;
    },
    async stop() {
      gone = true;
      port.close();
      settleAll((call) => exited(call.requestId, 'signal: terminated'));
      await options.leave();
    },
  };
};
