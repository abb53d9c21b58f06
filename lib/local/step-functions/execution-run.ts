import { randomUUID } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import type { Clock } from '../clock.ts';
import type { Log, Meter, Principal } from '../contracts.ts';
import { isObject, parseJson } from '../json.ts';
import { domainOf } from '../log.ts';
import type { Ending } from './execution-store.ts';
import { Ended, type Lifetime } from './lifetime.ts';
import type { StateMachine } from './machines.ts';
import type { Journal, Run } from './run.ts';
import { StateError } from './state-error.ts';
import { largestPayload, type PerformTask } from './tasks.ts';

/** What is asked of a new execution. `input` is JSON text. */
export interface StartRequest {
  readonly machine: StateMachine;
  readonly name: string | undefined;
  readonly input: string;
  readonly traceId: string | undefined;
}

/** What executions of both types need. */
export interface ExecutionDeps {
  readonly assume: (roleArn: string) => Principal;
  readonly perform: PerformTask;
  readonly log: Log;
  readonly meter: Meter;
  readonly clock: Clock;
  /** Between 0 and 1, for jitter. */
  readonly random: () => number;
}

export const executionArn = (machine: StateMachine, name: string): string => {
  const arn = machine.arn.replace(':stateMachine:', machine.type === 'EXPRESS' ? ':express:' : ':execution:');
  return machine.type === 'EXPRESS' ? `${arn}:${name}:${randomUUID()}` : `${arn}:${name}`;
};

/** The name, or AWS's error for one with characters that it may not have. */
export const checkName = (name: string): string => {
  if (!/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u.test(name))
    throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
  return name;
};

/** The input of an execution, or AWS's error for what is not JSON or too large. */
export const parseInput = (input: string): unknown => {
  if (Buffer.byteLength(input) > largestPayload) {
    throw new AwsError(
      'ValidationException',
      `Value at 'input' failed to satisfy constraint: Member must have length less than or equal to ${largestPayload}`,
    );
  }
  try {
    return parseJson(input);
  } catch (error) {
    throw new AwsError(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: '${error instanceof Error ? error.message : ''}'`,
    );
  }
};

/** How an execution ends by what its graph was rejected with. */
export const endingOf = (error: unknown): Ending => {
  if (error instanceof StateError) return { status: 'FAILED', error: error.error, cause: error.reason };
  if (error instanceof Ended && error.reason === 'timed-out') return { status: 'TIMED_OUT', error: 'States.Timeout' };
  return { status: 'FAILED', error: 'States.Runtime', cause: error instanceof Error ? error.message : String(error) };
};

/** The trace that an execution belongs to: what its caller says, else what its input carries. */
export const traceOf = (traceHeader: string | undefined, input: unknown): string | undefined => {
  if (traceHeader !== undefined) return traceHeader;
  return isObject(input) && typeof input['traceId'] === 'string' ? input['traceId'] : undefined;
};

/** Ends the lifetime when the execution's time is up; the answer takes that back. */
export const endInTime = (
  clock: Clock,
  lifetime: Lifetime,
  seconds: number | undefined,
  started: number,
): (() => void) =>
  seconds === undefined
    ? () => undefined
    : clock.after(started + seconds * 1000 - clock.now(), () => lifetime.end(new Ended('timed-out')));

/** An execution about to run: its context object, and tasks done with the role of its state machine. */
export const prepareRun = (
  deps: ExecutionDeps,
  machine: StateMachine,
  execution: {
    readonly arn: string;
    readonly name: string;
    readonly input: unknown;
    readonly started: number;
    readonly traceId: string | undefined;
    readonly journal: Journal | undefined;
  },
): Run => {
  const caller = {
    principal: deps.assume(machine.roleArn),
    traceId: execution.traceId,
  };
  return {
    execution: {
      Id: execution.arn,
      Input: execution.input,
      Name: execution.name,
      RoleArn: machine.roleArn,
      StartTime: new Date(execution.started).toISOString(),
      RedriveCount: 0,
    },
    stateMachine: { Id: machine.arn, Name: machine.name },
    clock: deps.clock,
    random: deps.random,
    perform: (task, effective) => deps.perform(task, effective, caller),
    journal: execution.journal,
    transitions: 0,
  };
};

/** One line of the live log for an execution that has ended. */
export const logEnding = (
  log: Log,
  machine: StateMachine,
  name: string,
  ending: Ending,
  milliseconds: number,
  traceId: string | undefined,
): void => {
  const good = ending.status === 'SUCCEEDED';
  log.write({
    source: 'workflow',
    level: good ? 'info' : 'warn',
    domain: domainOf(machine.name),
    traceId,
    message: `${machine.name} ${ending.status.toLowerCase()} in ${Math.round(milliseconds)} ms`,
    detail: { execution: name, ...(good ? {} : { error: ending.error, cause: ending.cause }) },
  });
};
