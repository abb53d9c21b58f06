import { randomUUID } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import type { Log, State } from '../contracts.ts';
import { parseJson } from '../json.ts';
import { domainOf } from '../log.ts';
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
import type { ExecutionRow } from './execution-row.ts';
import type { Ending, ExecutionStore } from './execution-store.ts';
import { runGraph } from './interpreter.ts';
import { createLifetime, Ended, type Lifetime } from './lifetime.ts';
import type { Machines, StateMachine } from './machines.ts';
import type { Machine } from './machine.ts';
import { newFrame, restoreFrame } from './run.ts';

const endEvents: Readonly<Record<Ending['status'], { readonly type: string; readonly key: string }>> = {
  SUCCEEDED: { type: 'ExecutionSucceeded', key: 'executionSucceededEventDetails' },
  FAILED: { type: 'ExecutionFailed', key: 'executionFailedEventDetails' },
  TIMED_OUT: { type: 'ExecutionTimedOut', key: 'executionTimedOutEventDetails' },
  ABORTED: { type: 'ExecutionAborted', key: 'executionAbortedEventDetails' },
};

interface Running {
  readonly lifetime: Lifetime;
  readonly ended: Promise<void>;
  /** What StopExecution says. */
  abort: { error: string | undefined; cause: string | undefined } | undefined;
}

/** A row of a new execution. */
const newRow = (
  request: StartRequest,
  arn: string,
  name: string,
  started: number,
  trace: string | undefined,
): ExecutionRow => ({
  arn,
  name,
  started,
  trace,
  machine: request.machine.arn,
  status: 'RUNNING',
  definition: request.machine.hash,
  input: request.input,
  output: undefined,
  error: undefined,
  cause: undefined,
  stopped: undefined,
});

const failed = (log: Log, arn: string, problem: string): void =>
  log.write({ source: 'workflow', level: 'error', message: `${arn} ${problem}` });

/** Runs Standard executions: every state with an effect is journalled, so that they outlive the process. */
export const createStandardExecutions = (
  deps: ExecutionDeps & { readonly state: State; readonly store: ExecutionStore; readonly machines: Machines },
) => {
  const { state, store, machines, log, meter, clock } = deps;
  const running = new Map<string, Running>();
  let stopped = false;

  /** Undefined when the process stops first: the journal is left for the next one. */
  const runToEnd = async (
    row: ExecutionRow,
    machine: StateMachine,
    definition: Machine,
    entry: Running,
  ): Promise<void> => {
    const opened = store.openJournal(row.arn);
    const { lifetime } = entry;
    const stopTimer = endInTime(clock, lifetime, definition.timeoutSeconds, row.started);
    let transitions = 0;
    let ending: Ending;
    try {
      const input = parseJson(row.input ?? '{}');
      const { arn, name, started, trace: traceId } = row;
      const run = prepareRun(deps, machine, { arn, name, input, started, traceId, journal: opened.journal });
      const fresh = newFrame('', definition.graph, input, opened.lastEvent());
      const left = opened.journal.restored('');
      try {
        const output = await runGraph(run, left === undefined ? fresh : restoreFrame(fresh, left), lifetime);
        ending = { status: 'SUCCEEDED', output: JSON.stringify(output) };
      } finally {
        transitions = run.transitions;
      }
    } catch (error) {
      if (stopped) return;
      ending = entry.abort === undefined ? endingOf(error) : { status: 'ABORTED', ...entry.abort };
    } finally {
      stopTimer();
    }
    const { type, key } = endEvents[ending.status];
    const { output, error, cause } = ending;
    const details = ending.status === 'SUCCEEDED' ? { output } : { error, cause };
    opened.journal.event(opened.lastEvent(), type, { [key]: details });
    await state.commit(() => {
      opened.writeEvents();
      store.end(row, ending);
    });
    meter.count('states.standard.transitions', transitions);
    logEnding(log, machine, row.name, ending, clock.now() - row.started, row.trace);
  };

  const launch = (row: ExecutionRow, machine: StateMachine, definition: Machine): void => {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const entry: Running = { lifetime: createLifetime(), ended, abort: undefined };
    running.set(row.arn, entry);
    runToEnd(row, machine, definition, entry)
      .catch((error: unknown) => failed(log, row.arn, `could not be journalled: ${String(error)}`))
      .finally(() => {
        running.delete(row.arn);
        resolve();
      });
  };

  return {
    /** On disk when the promise settles. The same name and input of a running execution is that execution. */
    start: async (request: StartRequest): Promise<{ executionArn: string; started: number }> => {
      const { machine, input } = request;
      const name = checkName(request.name ?? randomUUID());
      const traceId = traceOf(request.traceId, parseInput(input));
      const arn = executionArn(machine, name);
      const { row, isNew } = await state.commit(() => {
        const existing = store.find(arn);
        if (existing !== undefined) {
          if (existing.status === 'RUNNING' && existing.input === input) return { row: existing, isNew: false };
          throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
        }
        const row = newRow(request, arn, name, clock.now(), traceId);
        store.insert(row, machine.definition);
        const { journal, writeEvents } = store.openJournal(arn);
        journal.event(0, 'ExecutionStarted', { executionStartedEventDetails: { input, roleArn: machine.roleArn } });
        writeEvents();
        return { row, isNew: true };
      });
      if (isNew && !stopped) launch(row, machine, machine.machine);
      return { executionArn: arn, started: row.started };
    },
    /** Ends a running execution as ABORTED, and waits until that is on disk. */
    abort: async (arn: string, error: string | undefined, cause: string | undefined): Promise<void> => {
      const entry = running.get(arn);
      if (entry === undefined) return;
      entry.abort ??= { error, cause };
      entry.lifetime.end(new Ended('aborted'));
      await entry.ended;
    },
    /** Resolves when the execution is not running (any more) in this process. */
    finished: async (arn: string): Promise<void> => running.get(arn)?.ended,
    /** Goes on with what an earlier process left. Needs the state machines, roles and functions to be there. */
    resume: (): void => {
      for (const row of store.running()) {
        if (running.has(row.arn)) continue;
        const machine = machines.find(row.machine);
        const definition = store.definition(row.definition);
        if (machine === undefined || definition === undefined) {
          failed(log, row.arn, 'waits for its state machine, which the templates no longer have');
          continue;
        }
        log.write({
          source: 'workflow',
          level: 'info',
          domain: domainOf(machine.name),
          traceId: row.trace,
          message: `${machine.name} goes on`,
          detail: { execution: row.name },
        });
        launch(row, machine, machines.compile(definition));
      }
    },
    stop: async (): Promise<void> => {
      stopped = true;
      const entries = [...running.values()];
      for (const { lifetime } of entries) lifetime.end(new Ended('shut-down'));
      await Promise.all(entries.map((entry) => entry.ended));
    },
  };
};

export type StandardExecutions = ReturnType<typeof createStandardExecutions>;
