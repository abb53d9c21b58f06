import type { ChoiceRule } from './choice-rule.ts';
import type { Selector } from './json-path.ts';

/** Where a result goes: thrown away, or at a place of the state's input (`[]`: it replaces the input). */
export type Place = 'discard' | readonly (string | number)[];

export interface Retrier {
  readonly errors: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number;
  /** Full jitter: a random part of the delay. */
  readonly jitter: boolean;
}

export interface Catcher {
  readonly errors: readonly string[];
  readonly place: Place;
  readonly next: string;
}

/** From a state's input to what it works on: InputPath, then Parameters. */
export type Before = (input: unknown, context: unknown) => unknown;

/** From a state's result and its input to its output: ResultSelector, ResultPath, OutputPath. */
export type After = (result: unknown, input: unknown, context: unknown) => unknown;

interface Step {
  readonly name: string;
  readonly before: Before;
  readonly after: After;
  /** Undefined ends the graph. */
  readonly next: string | undefined;
}

interface Guarded extends Step {
  readonly retriers: readonly Retrier[];
  readonly catchers: readonly Catcher[];
}

export interface PassState extends Step {
  readonly type: 'Pass';
  /** A fixed Result instead of the effective input. */
  readonly result: unknown;
}

/** What a Task calls: a function by its ARN, or an integration of Step Functions. */
export type TaskTarget =
  | { readonly kind: 'function'; readonly functionArn: string }
  | { readonly kind: 'integration'; readonly name: IntegrationName };

/** `arn:aws:states:::` integrations that are implemented (request-response only). */
export const integrationNames = ['lambda:invoke', 'states:startExecution', 'sqs:sendMessage'] as const;
export type IntegrationName = (typeof integrationNames)[number];

export interface TaskState extends Guarded {
  readonly type: 'Task';
  readonly resource: string;
  readonly target: TaskTarget;
  readonly timeoutSeconds: number | Selector | undefined;
}

export interface ChoiceState extends Step {
  readonly type: 'Choice';
  readonly choices: readonly { readonly rule: ChoiceRule; readonly next: string }[];
  readonly otherwise: string | undefined;
}

export interface WaitState extends Step {
  readonly type: 'Wait';
  /** The instant at which the wait is over, in milliseconds since 1970. */
  readonly until: (input: unknown, context: unknown, now: number) => number;
}

export interface SucceedState extends Step {
  readonly type: 'Succeed';
}

export interface FailState {
  readonly type: 'Fail';
  readonly name: string;
  readonly error: string | Selector | undefined;
  readonly cause: string | Selector | undefined;
}

export interface ParallelState extends Guarded {
  readonly type: 'Parallel';
  readonly branches: readonly Graph[];
}

export interface MapState extends Guarded {
  readonly type: 'Map';
  readonly items: (effective: unknown, context: unknown) => readonly unknown[];
  /** The input of one iteration; `$$.Map.Item` is in the context. */
  readonly select: (effective: unknown, item: unknown, context: unknown) => unknown;
  readonly maxConcurrency: number | Selector;
  readonly iteration: Graph;
}

/** States whose Retry and Catch are looked at. */
export type GuardedState = TaskState | ParallelState | MapState;

/** States that only compute: the journal needs no entry for them. */
export type ComputingState = PassState | ChoiceState | SucceedState | FailState;

export type EffectState = GuardedState | WaitState;

export type State = ComputingState | EffectState;

export const onlyComputes = (state: State): state is ComputingState =>
  state.type === 'Pass' || state.type === 'Choice' || state.type === 'Succeed' || state.type === 'Fail';

/** States with transitions: a machine's, a branch's or an iteration's. */
export interface Graph {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

/** A compiled definition. */
export interface Machine {
  readonly graph: Graph;
  /** The definition's own TimeoutSeconds. */
  readonly timeoutSeconds: number | undefined;
}
