import { AsyncLocalStorage } from 'node:async_hooks';

/** Where a task ends as if its process had been killed: before or after the effect of its so-many-th call. */
export interface Crash {
  readonly call: number;
  readonly effect: 'before' | 'after';
}

/** Something that runs: a request, a message, a step of a workflow. A crashed one never goes on, not even in its `finally`. */
export interface Task {
  readonly name: string;
  state: 'running' | 'done' | 'failed' | 'crashed';
  error: unknown;
  /** Calls that it has made. */
  calls: number;
  onCrash?: () => void;
}

interface Turn {
  readonly task: Task;
  readonly name: string;
  run(): void;
}

/**
 * Runs several tasks on one thread, one call at a time: each call of a port waits for its turn, and who has the next turn is
 * drawn. The same draws give the same order of all calls.
 */
export interface Scheduler {
  /** Begins a task. It runs up to its first call; the rest in turns. */
  spawn(name: string, work: () => Promise<void>, crash?: Crash): Task;
  /** The same port, each call of which waits for its turn. */
  inTurns<Port extends object>(name: string, port: Port): Port;
  /** Ends all tasks as if their processes had been killed. */
  crashAll(): void;
  /** One turn. False: nothing runs any more. */
  turn(): Promise<boolean>;
}

/** How long a task may be busy without a call, for example in a pause before it tries again. */
const SILENT_MS = 20_000;
const drained = () => new Promise((resolve) => setImmediate(resolve));

/** @param afterEffect hears of each call when its effect is there and its caller has no answer yet */
export const createScheduler = (random: () => number, afterEffect: (call: string, task: Task) => void): Scheduler => {
  const current = new AsyncLocalStorage<{ readonly task: Task; readonly crash: Crash | undefined }>();
  const waiting: Turn[] = [];
  const tasks = new Set<Task>();
  let executing: Promise<void> | undefined;

  const crashed = (task: Task): void => {
    task.state = 'crashed';
    tasks.delete(task);
    task.onCrash?.();
    for (let index = waiting.length - 1; index >= 0; index -= 1)
      if (waiting[index]?.task === task) waiting.splice(index, 1);
  };

  /** In the turn itself: counts, crashes, runs the effect. */
  const inTurn = async <Result>(
    name: string,
    task: Task,
    crash: Crash | undefined,
    effect: () => Promise<Result>,
    settle: (result: PromiseSettledResult<Result>) => void,
  ): Promise<void> => {
    task.calls += 1;
    const ends = crash?.call === task.calls ? crash.effect : undefined;
    if (ends === 'before') return crashed(task);
    const [result] = await Promise.allSettled([effect()]);
    afterEffect(name, task);
    if (ends === 'after') return crashed(task);
    settle(result);
  };

  const called = <Result>(name: string, effect: () => Promise<Result>): Promise<Result> => {
    const running = current.getStore();
    if (running === undefined) throw new Error(`${name} was called outside of a task`);
    const { task, crash } = running;
    return new Promise<Result>((resolve, reject) => {
      if (task.state !== 'running') return;
      const settle = (result: PromiseSettledResult<Result>) =>
        result.status === 'fulfilled' ? resolve(result.value) : reject(result.reason);
      waiting.push({ task, name, run: () => (executing = inTurn(name, task, crash, effect, settle)) });
    });
  };

  return {
    spawn: (name, work, crash) => {
      const task: Task = { name, state: 'running', error: undefined, calls: 0 };
      tasks.add(task);
      const ended = (state: 'done' | 'failed', error: unknown) => {
        if (task.state !== 'running') return;
        task.state = state;
        task.error = error;
        tasks.delete(task);
      };
      void current.run({ task, crash }, async () => {
        await work().then(
          () => ended('done', undefined),
          (error: unknown) => ended('failed', error),
        );
      });
      return task;
    },

    inTurns: (name, port) =>
      new Proxy(port, {
        get: (target, property, receiver) => {
          const member: unknown = Reflect.get(target, property, receiver);
          if (typeof member !== 'function') return member;
          return (...given: unknown[]) =>
            called(`${name}.${String(property)}`, async () => await Reflect.apply(member, target, given));
        },
      }),

    crashAll: () => {
      for (const task of tasks) crashed(task);
    },

    turn: async () => {
      await drained();
      const silentSince = performance.now();
      while (waiting.length === 0 && tasks.size > 0) {
        if (performance.now() - silentSince > SILENT_MS)
          throw new Error(`${[...tasks].map(({ name }) => name).join(', ')}: no call for ${SILENT_MS / 1000} s`);
        await drained();
      }
      const [next] = waiting.splice(Math.floor(random() * waiting.length), 1);
      if (next === undefined) return false;
      next.run();
      await executing;
      await drained();
      return true;
    },
  };
};
