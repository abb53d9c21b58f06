import { Worker, type Transferable } from 'node:worker_threads';
import type { InvokeResult } from '../contracts.ts';
import type { SelfTimes } from '../cpu-profile.ts';
import { answerTooLarge, exited, importFailed, MAX_ANSWER_BYTES, timedOut, uncaught } from './failures.ts';
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

/** One invocation on its way through an environment. */
export interface Call {
  readonly requestId: string;
  readonly payload: string;
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
  /** What the thread's time went into, when it is profiled. */
  profile(): Promise<SelfTimes>;
  /** Ends the thread; calls in flight are answered with an error. */
  stop(): Promise<void>;
}

/** Lambda gives 10 s for the bundle to load; a laptop that loads thirty at once is slower. */
const INIT_LIMIT_MS = 30_000;

const answered = (failed: 0 | 1, payload: string): InvokeResult => {
  if (failed === 1) return { payload, functionError: 'Unhandled' };
  const tooLarge =
    payload.length > MAX_ANSWER_BYTES ||
    (payload.length > MAX_ANSWER_BYTES / 3 && Buffer.byteLength(payload) > MAX_ANSWER_BYTES);
  return tooLarge ? { payload: answerTooLarge(), functionError: 'Unhandled' } : { payload };
};

export const startEnvironment = (options: {
  readonly source: string;
  readonly data: EnvironmentData;
  readonly transfer: readonly Transferable[];
  readonly variables: Readonly<Record<string, string>>;
  readonly now: () => number;
  readonly onPrinted: (lines: readonly string[], bytes: number) => void;
  /** The environment can take no more calls: it has crashed, or could not be loaded. */
  readonly onGone: () => void;
  /** A call was answered. */
  readonly onAnswer: () => void;
}): EnvironmentHost => {
  const { data, now } = options;
  const worker = new Worker(options.source, {
    name: data.functionName,
    workerData: data,
    transferList: [...options.transfer],
    env: { ...options.variables },
    execArgv: [],
    argv: [],
    resourceLimits: { maxOldGenerationSizeMb: data.memoryMb },
    trackUnmanagedFds: false,
  });
  const calls = new Map<number, Running>();
  let lastCall = 0;
  let idleSince = now();
  let ready = false;
  let gone = false;
  let failure: string | undefined;
  let profiled: ((times: SelfTimes) => void) | undefined;
  const initDeadline = now() + INIT_LIMIT_MS;

  const settleAll = (payloadOf: (call: Call) => string): void => {
    const waiting = [...calls.values()];
    calls.clear();
    idleSince = now();
    for (const call of waiting) call.settle({ payload: payloadOf(call), functionError: 'Unhandled' });
  };

  const leave = (): void => {
    if (gone) return;
    gone = true;
    options.onGone();
  };

  worker.on('message', (message: FromEnvironment) => {
    const [kind, failed, payload, printed, bytes] = message;
    if (bytes > 0) options.onPrinted(printed, bytes);
    if (kind >= 0) {
      const call = calls.get(kind);
      if (call === undefined) return;
      calls.delete(kind);
      if (calls.size === 0) idleSince = now();
      call.settle(answered(failed, payload));
      options.onAnswer();
    } else if (kind === READY) {
      ready = true;
      const deadline = now() + data.timeoutMs;
      for (const call of calls.values()) call.deadline = deadline;
    } else if (kind === INIT_FAILED) {
      leave();
      settleAll(() => payload);
      void worker.terminate();
    } else if (kind === PROFILE) {
      const pairs: [string, number][] = JSON.parse(payload);
      profiled?.(new Map(pairs));
    } else if (kind !== LINES) {
      throw new Error(`An environment sent a message of unknown kind ${kind}`);
    }
  });
  worker.on('error', (error: unknown) => {
    const isMemory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    failure = isMemory ? undefined : ready ? uncaught(error) : importFailed(error);
    leave();
    settleAll((call) => failure ?? exited(call.requestId, 'signal: killed'));
  });
  worker.on('exit', (code) => {
    leave();
    settleAll((call) => exited(call.requestId, `exit status ${code}`));
  });

  return {
    get inFlight() {
      return calls.size;
    },
    get idleSince() {
      return idleSince;
    },
    call(call) {
      lastCall += 1;
      calls.set(lastCall, { ...call, deadline: ready ? now() + data.timeoutMs : Number.POSITIVE_INFINITY });
      const message: ToEnvironment = [lastCall, call.requestId, call.payload];
      worker.postMessage(message);
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
      return fit;
    },
    profile: () =>
      new Promise((resolve) => {
        profiled = resolve;
        const message: ToEnvironment = [END_PROFILE, '', ''];
        worker.postMessage(message);
      }),
    async stop() {
      gone = true;
      await worker.terminate();
    },
  };
};
