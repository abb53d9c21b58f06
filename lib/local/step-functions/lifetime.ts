import type { Clock } from '../clock.ts';

/** Why work was ended from outside: none of these can be caught by a state. */
export class Ended extends Error {
  readonly reason: 'timed-out' | 'aborted' | 'sibling-failed' | 'shut-down';

  constructor(reason: Ended['reason']) {
    super(`ended: ${reason}`);
    this.name = 'Ended';
    this.reason = reason;
  }
}

/** How long some work may go on. Ending a lifetime ends those that were made under it. */
export interface Lifetime {
  /** Why it is over; undefined while it lasts. */
  readonly over: Error | undefined;
  end(reason: Error): void;
  /** Calls the listener when it ends; the answer forgets the listener. */
  onEnd(listener: (reason: Error) => void): () => void;
}

export const createLifetime = (): Lifetime => {
  const listeners = new Set<(reason: Error) => void>();
  let over: Error | undefined;
  return {
    get over() {
      return over;
    },
    end(reason) {
      if (over !== undefined) return;
      over = reason;
      for (const listener of listeners) listener(reason);
      listeners.clear();
    },
    onEnd(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};

/** Runs `work` with a lifetime of its own under `parent`. */
export const under = async <T>(parent: Lifetime, work: (lifetime: Lifetime) => Promise<T>): Promise<T> => {
  const child = createLifetime();
  const forget = parent.onEnd(child.end);
  try {
    return await work(child);
  } finally {
    forget();
  }
};

/**
 * The result of `start()`, unless the lifetime ends first or the time is up: then it rejects with that reason, and what
 * was started goes on unobserved (as a function does whose caller is gone).
 */
export const within = <T>(
  lifetime: Lifetime,
  clock: Clock,
  limit: { readonly milliseconds: number; readonly error: () => Error } | undefined,
  start: () => Promise<T>,
): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    if (lifetime.over !== undefined) {
      reject(lifetime.over);
      return;
    }
    const forget = lifetime.onEnd((reason) => {
      stopTimer?.();
      reject(reason);
    });
    const stopTimer =
      limit === undefined
        ? undefined
        : clock.after(limit.milliseconds, () => {
            forget();
            reject(limit.error());
          });
    const settled = (): void => {
      forget();
      stopTimer?.();
    };
    start().then(
      (value) => {
        settled();
        resolve(value);
      },
      (error: unknown) => {
        settled();
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });

/** Waits until an instant (milliseconds since 1970), or until the lifetime ends. */
export const sleepUntil = (lifetime: Lifetime, clock: Clock, instant: number): Promise<void> =>
  new Promise<void>((resolve, reject) => {
    if (lifetime.over !== undefined) {
      reject(lifetime.over);
      return;
    }
    const stopTimer = clock.after(instant - clock.now(), () => {
      forget();
      resolve();
    });
    const forget = lifetime.onEnd((reason) => {
      stopTimer();
      reject(reason);
    });
  });
