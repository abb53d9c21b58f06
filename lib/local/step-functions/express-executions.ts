import { randomUUID } from 'node:crypto';
import type { Ending } from './execution-store.ts';
import {
  checkName,
  endingOf,
  endInTime,
  executionArn,
  logEnding,
  parseInput,
  prepareRun,
  traceOf,
  type ExecutionDeps,
  type StartRequest,
} from './execution-run.ts';
import { runGraph } from './interpreter.ts';
import { createLifetime, Ended, type Lifetime } from './lifetime.ts';
import { newFrame } from './run.ts';

/** An Express execution that has ended. Times are milliseconds since 1970. */
interface ExpressResult extends Ending {
  readonly executionArn: string;
  readonly name: string;
  readonly started: number;
  readonly stopped: number;
}

/** An Express execution ends after five minutes at the latest. */
const mostSeconds = 300;

/** AWS bills Express executions by this step of time. */
const billedStepMs = 100;

/** Runs Express executions: in memory, at most once, gone with the process. */
export const createExpressExecutions = (deps: ExecutionDeps) => {
  const { clock, meter, log } = deps;
  const alive = new Set<Lifetime>();

  const begin = (request: StartRequest): { executionArn: string; started: number; result: Promise<ExpressResult> } => {
    const { machine } = request;
    const name = checkName(request.name ?? randomUUID());
    const input = parseInput(request.input);
    const traceId = traceOf(request.traceId, input);
    const arn = executionArn(machine, name);
    const started = clock.now();
    const run = prepareRun(deps, machine, { arn, name, input, started, traceId, journal: undefined });
    const work = async (): Promise<ExpressResult> => {
      const lifetime = createLifetime();
      alive.add(lifetime);
      const seconds = Math.min(machine.machine.timeoutSeconds ?? mostSeconds, mostSeconds);
      const stopTimer = endInTime(clock, lifetime, seconds, started);
      let ending: Ending;
      try {
        const output = await runGraph(run, newFrame('', machine.machine.graph, input, 0), lifetime);
        ending = { status: 'SUCCEEDED', output: JSON.stringify(output) };
      } catch (error) {
        if (error instanceof Ended && error.reason === 'shut-down') throw error;
        ending = endingOf(error);
      } finally {
        stopTimer();
        alive.delete(lifetime);
      }
      const stopped = clock.now();
      meter.count('states.express.requests');
      meter.count('states.express.milliseconds', Math.ceil((stopped - started) / billedStepMs) * billedStepMs);
      logEnding(log, machine, name, ending, stopped - started, traceId);
      return { ...ending, executionArn: arn, name, started, stopped };
    };
    return { executionArn: arn, started, result: work() };
  };

  return {
    /** Runs to the end. Rejects only when the local cloud stops. */
    runSync: (request: StartRequest): Promise<ExpressResult> => begin(request).result,
    /** Starts, and answers at once. */
    start: (request: StartRequest): { executionArn: string; started: number } => {
      const { result, ...begun } = begin(request);
      result.catch((error: unknown) => {
        log.write({ source: 'workflow', level: 'warn', message: `${begun.executionArn} was lost: ${String(error)}` });
      });
      return begun;
    },
    stop: (): void => {
      for (const lifetime of alive) lifetime.end(new Ended('shut-down'));
    },
  };
};

export type ExpressExecutions = ReturnType<typeof createExpressExecutions>;
