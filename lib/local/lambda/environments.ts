import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { AwsError } from '../aws-error.ts';
import type { Clock } from '../clock.ts';
import type { InvokeResult, Meter, Stoppable, Weather } from '../contracts.ts';
import type { Call, EnvironmentHost } from './environment-host.ts';
import type { LambdaFunction } from './functions.ts';

/**
 * `one`: an environment has one invocation at a time, as on AWS; a function has up to ten, then invocations wait.
 * `many`: an environment has several at once, so that few threads serve many callers.
 */
export type Concurrency = 'one' | 'many';

export interface EnvironmentLimits {
  readonly callsPerEnvironment: number;
  readonly environmentsPerFunction: number;
  /** Above this, an idle environment of any function makes room for a new one. */
  readonly environments: number;
  /** An environment that is idle for this long is ended. */
  readonly idleMs: number;
}

const IDLE_MS = 60_000;

export const LIMITS = {
  one: { callsPerEnvironment: 1, environmentsPerFunction: 10, environments: 96, idleMs: IDLE_MS },
  many: { callsPerEnvironment: 32, environmentsPerFunction: 4, environments: 96, idleMs: IDLE_MS },
  /** A thread cannot unload a bundle, so where threads are shared an environment stays. */
  shared: {
    callsPerEnvironment: 1_000,
    environmentsPerFunction: 1,
    environments: Number.POSITIVE_INFINITY,
    idleMs: Number.POSITIVE_INFINITY,
  },
} as const satisfies Readonly<Record<string, EnvironmentLimits>>;

const DEADLINE_CHECK_MS = 100;
const IDLE_CHECK_MS = 5_000;
/** A bundle that was looked at this short a time ago is not looked at again. */
const FRESH_MS = 10;
/** In rough weather: an invocation meets a new environment although a warm one is idle. */
const COLD_CHANCE = 0.02;

export interface Environments extends Stoppable {
  /**
   * Runs an invocation in a warm environment, or in a new one, or waits for one. `tail` gets the lines that it prints.
   * @throws AwsError TooManyRequestsException above the function's reserved concurrency
   */
  run(fn: LambdaFunction, payload: string, tail?: string[]): Promise<InvokeResult>;
  /** Gives no more calls to the environments of these functions; the next call gets a new one. */
  retire(of: (fn: LambdaFunction) => boolean): void;
  readonly count: number;
}

interface Pool {
  readonly fn: LambdaFunction;
  readonly hosts: Set<EnvironmentHost>;
  readonly waiting: Call[];
  running: number;
  bundle: { stamp: string; seenAt: number };
}

const stampOf = (file: string): string => {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? 'missing' : `${stat.mtimeMs}/${stat.size}`;
};

/** Decides which environment runs an invocation; starts, retires and ends environments. */
export const createEnvironments = (options: {
  readonly limits: EnvironmentLimits;
  readonly clock: Clock;
  readonly weather: Weather;
  readonly meter: Meter;
  readonly start: (
    fn: LambdaFunction,
    on: { readonly gone: () => void; readonly answer: () => void },
  ) => EnvironmentHost;
}): Environments => {
  const { clock, weather, meter } = options;
  const { callsPerEnvironment, environmentsPerFunction, idleMs } = options.limits;
  const pools = new Map<string, Pool>();
  /** Every thread that runs, also those that only finish what they have. */
  const alive = new Set<EnvironmentHost>();
  const ending = new Set<Promise<void>>();
  let stopped = false;
  let deadlineCheck: (() => void) | undefined;
  let idleCheck: (() => void) | undefined;

  const end = (host: EnvironmentHost): void => {
    alive.delete(host);
    const ended: Promise<void> = host.stop().finally(() => ending.delete(ended));
    ending.add(ended);
  };

  /** Gives it no more calls; it ends with its last one. */
  const retire = (pool: Pool, host: EnvironmentHost): void => {
    pool.hosts.delete(host);
    if (host.inFlight === 0) end(host);
  };

  const checkDeadlines = (): void => {
    deadlineCheck = undefined;
    const now = clock.now();
    let busy = false;
    for (const pool of pools.values())
      for (const host of pool.hosts) if (host.expire(now) === 'unfit') retire(pool, host);
    for (const host of alive) {
      host.expire(now);
      if (host.inFlight > 0) busy = true;
      else if (!isPooled(host)) end(host);
    }
    for (const pool of pools.values()) dispatch(pool);
    if (busy) watchDeadlines();
  };

  const isPooled = (host: EnvironmentHost): boolean => {
    for (const pool of pools.values()) if (pool.hosts.has(host)) return true;
    return false;
  };

  const watchDeadlines = (): void => {
    if (!stopped) deadlineCheck ??= clock.after(DEADLINE_CHECK_MS, checkDeadlines);
  };

  const checkIdle = (): void => {
    idleCheck = undefined;
    const before = clock.now() - idleMs;
    for (const pool of pools.values()) {
      for (const host of pool.hosts) if (host.inFlight === 0 && host.idleSince <= before) retire(pool, host);
    }
    if (alive.size > 0) watchIdle();
  };

  const watchIdle = (): void => {
    if (!stopped) idleCheck ??= clock.after(Math.min(IDLE_CHECK_MS, idleMs), checkIdle);
  };

  const makeRoom = (): void => {
    let oldest: { pool: Pool; host: EnvironmentHost } | undefined;
    for (const pool of pools.values()) {
      for (const host of pool.hosts) {
        if (host.inFlight === 0 && (oldest === undefined || host.idleSince < oldest.host.idleSince))
          oldest = { pool, host };
      }
    }
    if (oldest !== undefined) retire(oldest.pool, oldest.host);
  };

  const startIn = (pool: Pool): EnvironmentHost => {
    if (alive.size >= options.limits.environments) makeRoom();
    const host: EnvironmentHost = options.start(pool.fn, {
      gone: () => {
        pool.hosts.delete(host);
        alive.delete(host);
        if (!stopped) dispatch(pool);
      },
      answer: () => {
        if (host.inFlight === 0 && alive.has(host) && !pool.hosts.has(host)) end(host);
        else dispatch(pool);
      },
    });
    meter.count('lambda.coldStarts');
    pool.hosts.add(host);
    alive.add(host);
    watchIdle();
    return host;
  };

  /** An edited bundle is live with the next invocation. */
  const refresh = (pool: Pool): void => {
    const now = clock.now();
    if (now - pool.bundle.seenAt < FRESH_MS) return;
    pool.bundle.seenAt = now;
    const stamp = stampOf(pool.fn.file);
    if (stamp === pool.bundle.stamp) return;
    pool.bundle.stamp = stamp;
    for (const host of pool.hosts) retire(pool, host);
  };

  const pick = (pool: Pool): EnvironmentHost | undefined => {
    for (const host of pool.hosts) {
      if (host.inFlight >= callsPerEnvironment) continue;
      if (host.inFlight > 0 || !weather.roll(COLD_CHANCE)) return host;
      retire(pool, host);
      return startIn(pool);
    }
    return pool.hosts.size < environmentsPerFunction ? startIn(pool) : undefined;
  };

  const dispatch = (pool: Pool): void => {
    while (pool.waiting.length > 0) {
      const host = pick(pool);
      if (host === undefined) return;
      const call = pool.waiting.shift();
      if (call !== undefined) host.call(call);
    }
  };

  const poolOf = (fn: LambdaFunction): Pool => {
    const known = pools.get(fn.name);
    if (known !== undefined) return known;
    const bundle = { stamp: stampOf(fn.file), seenAt: clock.now() };
    const made: Pool = { fn, hosts: new Set(), waiting: [], running: 0, bundle };
    pools.set(fn.name, made);
    return made;
  };

  return {
    get count() {
      return alive.size;
    },
    run(fn, payload, tail) {
      const pool = poolOf(fn);
      if (fn.reservedConcurrency !== undefined && pool.running >= fn.reservedConcurrency) {
        const reason = 'ReservedFunctionConcurrentInvocationLimitExceeded';
        return Promise.reject(
          new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429, { Reason: reason, Type: 'User' }),
        );
      }
      if (stopped) return Promise.reject(new AwsError('ServiceException', 'The local cloud is stopping.', 500));
      refresh(pool);
      pool.running += 1;
      watchDeadlines();
      return new Promise((resolve) => {
        const settle = (result: InvokeResult): void => {
          pool.running -= 1;
          resolve(result);
        };
        const call: Call = { requestId: randomUUID(), payload, tail, settle };
        const host = pool.waiting.length === 0 ? pick(pool) : undefined;
        if (host === undefined) pool.waiting.push(call);
        else host.call(call);
      });
    },
    retire(of) {
      for (const pool of pools.values()) if (of(pool.fn)) for (const host of pool.hosts) retire(pool, host);
    },
    async stop() {
      stopped = true;
      deadlineCheck?.();
      idleCheck?.();
      for (const host of alive) end(host);
      await Promise.all(ending);
    },
  };
};
