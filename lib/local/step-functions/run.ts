import type { Clock } from '../clock.ts';
import type { Graph, TaskState } from './machine.ts';

/** Where a graph of an execution stands. The execution's own graph is frame ``; its branches are `0`, `1`, `0/2`, ... */
export interface Frame {
  readonly id: string;
  readonly graph: Graph;
  /** The iteration of a Map that this frame belongs to. */
  readonly item: { readonly Index: number; readonly Value: unknown } | undefined;
  state: string;
  input: unknown;
  /** Milliseconds since 1970. */
  enteredAt: number;
  /** Retries used, by index of the retrier. */
  attempts: number[];
  /** When a Wait is over, or a retry begins. */
  due: number | undefined;
  /** Id of the last history event of this frame. */
  lastEvent: number;
  /** The journal knows that this state was entered. */
  journalled: boolean;
}

/** What the journal remembers of a frame. */
export interface JournalledFrame {
  readonly done: boolean;
  readonly state: string;
  /** The state's input, or the frame's output when it is done. */
  readonly value: unknown;
  /** 0 when no state was entered yet. */
  readonly enteredAt: number;
  readonly attempts: number[];
  readonly due: number | undefined;
}

/** The journal of one Standard execution: what it has written survives the process. */
export interface Journal {
  /** The frame has entered its state; what its branches did before is forgotten. */
  entered(frame: Frame): Promise<void>;
  /** A branch or iteration has ended. */
  finished(frame: Frame, output: unknown): Promise<void>;
  /** What an earlier process left. */
  restored(frameId: string): JournalledFrame | undefined;
  /** Adds an event to the execution's history; it is written with the next journal entry. Answers the event's id. */
  event(previous: number, type: string, details: Readonly<Record<string, unknown>>): number;
}

/** One execution while it runs. */
export interface Run {
  /** `$$.Execution` and `$$.StateMachine`. */
  readonly execution: Readonly<Record<string, unknown>>;
  readonly stateMachine: Readonly<Record<string, unknown>>;
  readonly clock: Clock;
  /** Between 0 and 1, for jitter. */
  readonly random: () => number;
  /** Does a task. Rejects with StateError. */
  readonly perform: (task: TaskState, effective: unknown) => Promise<unknown>;
  /** Standard executions only. */
  readonly journal: Journal | undefined;
  /** States entered. */
  transitions: number;
}

/** The first frame of a graph, before its first state. */
export const newFrame = (id: string, graph: Graph, input: unknown, lastEvent: number, item?: Frame['item']): Frame => ({
  id,
  graph,
  item,
  state: graph.startAt,
  input,
  enteredAt: 0,
  attempts: [],
  due: undefined,
  lastEvent,
  journalled: false,
});

/** A frame as an earlier process left it. */
export const restoreFrame = (frame: Frame, left: JournalledFrame): Frame => ({
  ...frame,
  state: left.state,
  input: left.value,
  enteredAt: left.enteredAt,
  attempts: left.attempts,
  due: left.due,
  journalled: left.enteredAt > 0,
});

/** The context object (`$$`) of a state. */
export const contextOf = (run: Run, frame: Frame): Readonly<Record<string, unknown>> => {
  const { enteredAt, attempts, item } = frame;
  const state = {
    Name: frame.state,
    get EnteredTime() {
      return new Date(enteredAt).toISOString();
    },
    get RetryCount() {
      return attempts.reduce((sum, used) => sum + used, 0);
    },
  };
  const context = { Execution: run.execution, StateMachine: run.stateMachine, State: state };
  return item === undefined ? context : { ...context, Map: { Item: item } };
};

/** Adds an event to the history of a Standard execution. */
export const record = (
  run: Run,
  frame: Frame,
  type: string,
  details: () => Readonly<Record<string, unknown>>,
): void => {
  if (run.journal !== undefined) frame.lastEvent = run.journal.event(frame.lastEvent, type, details());
};

/** Names of a task's history events differ between functions called by ARN and integrations. */
export const recordTask = (
  run: Run,
  frame: Frame,
  task: TaskState,
  step: 'Scheduled' | 'Started' | 'Succeeded' | 'Failed' | 'TimedOut',
  details: Readonly<Record<string, unknown>>,
): void => {
  if (run.journal === undefined) return;
  const ofFunction = task.target.kind === 'function';
  const prefix = ofFunction ? 'LambdaFunction' : 'Task';
  const key = `${ofFunction ? 'lambdaFunction' : 'task'}${step}EventDetails`;
  const [, , service = '', , , ...rest] = task.resource.split(':');
  const where = ofFunction ? {} : { resourceType: rest[0] ?? service, resource: rest[1] ?? '' };
  const resource = ofFunction && step === 'Scheduled' ? { resource: task.resource } : where;
  record(run, frame, `${prefix}${step}`, () =>
    step === 'Started' && ofFunction ? {} : { [key]: { ...resource, ...details } },
  );
};
