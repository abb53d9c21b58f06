import { MessageChannel, type Transferable, Worker } from 'node:worker_threads';
import type { Clock } from '../clock.ts';
import type { SelfTimes } from '../cpu-profile.ts';
import { type EnvironmentHost, hostEnvironment, type ThreadEnd } from './environment-host.ts';
import { ALIVE, END_PROFILE, type EnvironmentData, type LoadMessage, type ThreadData, type Used } from './protocol.ts';

/** What an environment is loaded from, and who hears of it (see `hostEnvironment`). */
export interface EnvironmentOptions {
  readonly data: EnvironmentData;
  readonly transfer: readonly Transferable[];
  readonly variables: Readonly<Record<string, string>>;
  readonly onPrinted: (lines: readonly string[], bytes: number, events: number) => void;
  readonly onUsed: (what: 'call' | 'init', used: Used) => void;
  readonly onGone: () => void;
  readonly onAnswer: () => void;
}

/** The worker threads in which functions run. */
export interface Threads {
  host(options: EnvironmentOptions): EnvironmentHost;
  /** What the time of the threads that are alive went into, when they are profiled. */
  profiles(): Promise<readonly SelfTimes[]>;
  stop(): Promise<void>;
}

interface Thread {
  readonly environments: Set<{ readonly lost: (end: ThreadEnd) => void }>;
  readonly worker: Worker;
  load(options: EnvironmentOptions): EnvironmentHost;
  profile(): Promise<SelfTimes>;
}

const parsePairs = (text: string): [string, number][] => JSON.parse(text);

/**
 * Two keep two cores busy beside the main thread and the engine. A thread for each function would be dozens of heaps
 * that push each other out of the caches.
 */
const SHARED_THREADS = 2;
const SHARED_MEMORY_MB = 2_048;
/** A shared thread that does not say within this time that it is alive is stuck in a loop. */
const STUCK_AFTER_MS = 1_000;

/**
 * @param options.shared few threads host all environments, so that a crash or an endless loop in one ends its neighbours
 * too; else each has a thread of its own, with its own memory limit
 */
export const createThreads = (options: {
  readonly source: string;
  readonly shared: boolean;
  readonly profile: boolean;
  readonly clock: Clock;
}): Threads => {
  const { clock } = options;
  const threads = new Set<Thread>();
  const ending = new Set<Promise<unknown>>();

  const end = (thread: Thread): Promise<void> => {
    threads.delete(thread);
    const ended: Promise<unknown> = thread.worker.terminate().finally(() => ending.delete(ended));
    ending.add(ended);
    return ended.then(() => undefined);
  };

  const start = (name: string, memoryMb: number): Thread => {
    const workerData: ThreadData = { profile: options.profile };
    const worker = new Worker(options.source, {
      name,
      workerData,
      env: {},
      execArgv: [],
      argv: [],
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
      trackUnmanagedFds: false,
    });
    const environments: Thread['environments'] = new Set();
    let profiled: ((times: SelfTimes) => void) | undefined;
    let isAlive = true;
    worker.on('message', (text: string) => {
      if (text === ALIVE) isAlive = true;
      else profiled?.(new Map(parsePairs(text)));
    });
    const lose = (reason: ThreadEnd): void => {
      threads.delete(thread);
      for (const environment of environments) environment.lost(reason);
      environments.clear();
    };
    worker.on('error', (error: unknown) => lose({ error }));
    worker.on('exit', (exitCode) => lose({ exitCode }));

    const watch = (): void => {
      isAlive = false;
      worker.postMessage(ALIVE);
      clock.after(STUCK_AFTER_MS, () => {
        if (isAlive || !threads.has(thread)) return;
        lose({ exitCode: 1 });
        void end(thread);
      });
    };

    const thread: Thread = {
      environments,
      worker,
      profile: () =>
        new Promise((resolve) => {
          profiled = resolve;
          worker.postMessage(END_PROFILE);
        }),
      load({ data, variables, transfer, onPrinted, onUsed, onGone, onAnswer }) {
        const { port1, port2 } = new MessageChannel();
        const message: LoadMessage = { data, variables, port: port2 };
        worker.postMessage(message, [port2, ...transfer]);
        const environment = hostEnvironment({
          port: port1,
          data,
          now: () => clock.now(),
          onPrinted,
          onUsed,
          onGone,
          onAnswer,
          onLate: watch,
          leave: async () => {
            environments.delete(environment);
            if (!options.shared) await end(thread);
          },
        });
        environments.add(environment);
        return environment;
      },
    };
    threads.add(thread);
    return thread;
  };

  const shared = (): Thread => {
    if (threads.size < SHARED_THREADS) return start('functions', SHARED_MEMORY_MB);
    const [first, ...others] = threads;
    if (first === undefined) throw new Error('There is no thread');
    return others.reduce((best, other) => (other.environments.size < best.environments.size ? other : best), first);
  };

  return {
    host: (environment) =>
      (options.shared ? shared() : start(environment.data.functionName, environment.data.memoryMb)).load(environment),
    profiles: () => Promise.all([...threads].map((thread) => thread.profile())),
    async stop() {
      for (const thread of threads) void end(thread);
      await Promise.all(ending);
    },
  };
};
